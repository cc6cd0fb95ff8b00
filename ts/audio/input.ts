// This folder: any input becomes samples at 16 kHz, and samples become chunks or live segments.

import { statSync } from "node:fs";
import { AsrError } from "../contract/errors.ts";
import { type InputBlocks, slices, streamBlocks } from "./blocks.ts";
import {
  type AudioSamples,
  type CheckedLayout,
  checkedLayout,
  checkWholeFrames,
  type PcmStream,
} from "./pcm.ts";
import { isUrl, located } from "./url.ts";

/**
 * A recording: the path of a file, `-` for standard input, a `file:` or `data:` URL as a text or
 * an object, a Blob or `Bun.file()`, the bytes of a file in any format, as they are, in a stream or
 * in a Response, or samples, as they are or in a stream.
 */
export type AudioInput =
  | string
  | URL
  | Blob
  | ArrayBuffer
  | Uint8Array
  | Response
  | AsyncIterable<Uint8Array>
  | AudioSamples
  | PcmStream;

/** What an input is, as plain data that can be sent to another thread; its bytes come apart. */
export type InputDescription = {
  /** What messages call it. */
  name: string;
  /** Whether it comes to be while it is read. */
  isStream: boolean;
} & (
  | { kind: "path"; path: string }
  /** The bytes of a file in any format. */
  | { kind: "bytes" }
  /** Plain samples; `duration` in seconds, where they are all there. */
  | ({ kind: "pcm"; duration: number | undefined } & CheckedLayout)
);

/** An input, classified. */
export interface ClassifiedInput {
  description: InputDescription;
  /** Its bytes as they are asked for; undefined for a path. */
  content?: InputBlocks | undefined;
  /** All its bytes, where they are there already. */
  whole?: Uint8Array | undefined;
}

/**
 * Says what an input is. This is the one place that does: whoever opens it looks at the description
 * alone. Throws AsrError `input` for what is no recording, or is one that cannot be used.
 */
export function classify(input: AudioInput): ClassifiedInput {
  const url = urlOf(input);
  if (url !== undefined) {
    const place = located(url);
    return "path" in place ? classify(place.path) : bytes(place.bytes, place.name);
  }
  const path = pathOf(input);
  if (path !== undefined) {
    return { description: { kind: "path", name: path, path, isStream: isPipe(path) } };
  }
  if (input === "-") return stream("standard input", Bun.stdin.stream());
  if (input instanceof Response) return bodyOf(input);
  if (input instanceof Blob) {
    return stream(input instanceof File ? input.name : "audio bytes", input.stream(), false);
  }
  if (input instanceof ArrayBuffer) return bytes(new Uint8Array(input));
  if (input instanceof Uint8Array) return bytes(input);
  if (isIterable(input)) return stream("audio stream", input);
  if (isPcmStream(input)) return pcmStream(input);
  if (isSamples(input)) return pcmSamples(input);
  const hint = "pass a path, URL, Blob, Response, stream, bytes, or {samples, sampleRate}";
  throw new AsrError("input", "this is not a kind of audio input", hint);
}

function stream(name: string, parts: AsyncIterable<Uint8Array>, isStream = true): ClassifiedInput {
  return { description: { kind: "bytes", name, isStream }, content: streamBlocks(parts, name) };
}

function bytes(whole: Uint8Array, name = "audio bytes"): ClassifiedInput {
  const description = { kind: "bytes", name, isStream: false } as const;
  return { description, content: { blocks: slices(whole) }, whole };
}

function pcmStream({ stream: parts, ...layout }: PcmStream): ClassifiedInput {
  const name = "audio stream";
  const plain = { kind: "pcm", name, isStream: true, duration: undefined } as const;
  const description = { ...plain, ...checkedLayout(layout, name) };
  return { description, content: streamBlocks(parts, name) };
}

function pcmSamples({ samples, ...format }: AudioSamples): ClassifiedInput {
  const name = "audio samples";
  const layout = checkedLayout({ ...format, encoding: "f32le" }, name);
  checkWholeFrames(samples.length, layout, name);
  const duration = samples.length / layout.channels / layout.sampleRate;
  const description = { kind: "pcm", name, isStream: false, duration, ...layout } as const;
  const whole = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return { description, content: { blocks: slices(whole) }, whole };
}

function urlOf(input: AudioInput): string | undefined {
  if (input instanceof URL) return input.href;
  return typeof input === "string" && isUrl(input) ? input : undefined;
}

/** The path of an input that is a file of this machine, but for standard input. */
function pathOf(input: AudioInput): string | undefined {
  if (typeof input === "string") return input === "-" ? undefined : input;
  // A BunFile is a Blob with the path as its name.
  if (!(input instanceof Blob) || input instanceof File || !("name" in input)) return undefined;
  return typeof input.name === "string" ? input.name : undefined;
}

/** A pipe or a device: it has no size and can be read only once. */
function isPipe(path: string): boolean {
  try {
    const stats = statSync(path);
    return !stats.isFile() && !stats.isDirectory();
  } catch {
    // Whoever opens it says why it cannot be.
    return false;
  }
}

/** The bytes that a server sent, and from where; refuses what is an error's page. */
function bodyOf(response: Response): ClassifiedInput {
  const name = response.url || "response";
  if (!response.ok) throw new AsrError("input", `${name}: the server answered ${response.status}`);
  return stream(name, response.body ?? new Blob([]).stream());
}

function isIterable(input: unknown): input is AsyncIterable<Uint8Array> {
  return typeof input === "object" && input !== null && Symbol.asyncIterator in input;
}

/** Whether an input is plain samples that come. */
export function isPcmStream(input: unknown): input is PcmStream {
  return (
    typeof input === "object" && input !== null && "stream" in input && isIterable(input.stream)
  );
}

function isSamples(input: unknown): input is AudioSamples {
  return (
    typeof input === "object" &&
    input !== null &&
    "samples" in input &&
    input.samples instanceof Float32Array
  );
}
