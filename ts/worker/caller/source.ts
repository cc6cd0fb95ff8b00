import { type AudioInput, bodyOf, nameOf, pathOf } from "../../audio/input.ts";
import { isIterable, isPcmStream, isSamples, notAudio } from "../../audio/pcm.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import type { WireInput } from "../protocol.ts";

type Block = Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/** Blocks of an input that the caller's thread holds, as the engine's thread asks for them. */
export interface Source {
  next(): Promise<Block | undefined>;
  /** Stops reading, even while a block is waited for that may never come. */
  close(): Promise<void>;
}

/** Small enough to be copied and sent within a millisecond, on a busy machine too. */
const blockBytes = 1 << 17;

/** What crosses to the engine's thread at once, and what it asks for later. */
export function wired(input: AudioInput): { input: WireInput; source?: Source } {
  // The engine's thread reads files by itself.
  const path = pathOf(input);
  if (path !== undefined) return { input: { kind: "path", path } };
  if (input === "-") return fromStream(Bun.stdin.stream(), "standard input");
  if (input instanceof Response) {
    const { body, name } = bodyOf(input);
    return fromStream(body, name);
  }
  if (input instanceof Blob) {
    const name = nameOf(input);
    return fromBlocks(sourceOf(bytesIn(input.stream(), name)), name, false);
  }
  if (input instanceof ArrayBuffer) return fromBytes(new Uint8Array(input));
  if (input instanceof Uint8Array) return fromBytes(input);
  if (isIterable(input)) return fromStream(input, "audio stream");
  if (isPcmStream(input)) {
    const { stream, sampleRate, channels, encoding } = input;
    const { input: wire, source } = fromStream(stream, "audio stream");
    return { input: { kind: "pcm", name: wire.name, sampleRate, channels, encoding }, source };
  }
  if (isSamples(input)) {
    const { samples, sampleRate, channels = 1 } = input;
    const { length } = samples;
    return {
      input: { kind: "samples", name: "audio samples", sampleRate, channels, length },
      source: sourceOf(slices(samples, (blockBytes / samples.BYTES_PER_ELEMENT) * channels)),
    };
  }
  throw notAudio();
}

/** The same for a call that blocks: only what is there at once. */
export function wiredWhole(input: AudioInput): WireInput {
  const path = pathOf(input);
  if (path !== undefined) return { kind: "path", path };
  if (input instanceof ArrayBuffer) return { kind: "whole", bytes: new Uint8Array(input) };
  if (input instanceof Uint8Array) return { kind: "whole", bytes: input };
  if (isSamples(input)) {
    const { samples, sampleRate, channels = 1 } = input;
    return { kind: "wholeSamples", samples, sampleRate, channels };
  }
  const hint = "pass a path, bytes or samples, or use the call that does not block";
  throw new AsrError("input", "a call that blocks cannot read this input", hint);
}

function fromStream(stream: AsyncIterable<Uint8Array>, name: string) {
  const { stream: parts, stop } = stoppable(stream, name);
  return fromBlocks(sourceOf(bytesIn(parts, name), stop), name, true);
}

/**
 * A stream that can be stopped while something waits for its next part: the iterator of a
 * ReadableStream would wait, too, before it returns.
 */
function stoppable(stream: AsyncIterable<Uint8Array>, name: string) {
  if (!(stream instanceof ReadableStream)) return { stream, stop: () => undefined };
  if (stream.locked) {
    throw new AsrError("input", `${name}: was read already`, "pass one that is fresh");
  }
  const reader = stream.getReader();
  return { stream: partsOf(reader), stop: () => void reader.cancel().catch(() => undefined) };
}

async function* partsOf(
  reader: Pick<ReadableStreamDefaultReader<Uint8Array>, "read">,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

function fromBytes(bytes: Uint8Array) {
  return fromBlocks(sourceOf(slices(bytes, blockBytes)), "audio bytes", false);
}

function fromBlocks(source: Source, name: string, isStream: boolean) {
  return { input: { kind: "bytes", name, isStream }, source } as const;
}

async function* bytesIn(stream: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Block> {
  try {
    for await (const part of stream) yield* slices(checkedPart(part, name), blockBytes);
  } catch (error) {
    if (error instanceof AsrError) throw error;
    const message = `${name}: ended early: ${messageOf(error)}`;
    throw new AsrError("input", message, "send it again", { cause: error });
  }
}

/** Streams say little of what is in them to the compiler, and nothing at run time. */
function checkedPart(part: unknown, name: string): Uint8Array {
  if (part instanceof Uint8Array) return part;
  throw new AsrError("input", `${name}: gave a ${typeof part} where bytes were expected`);
}

/** Copies of the parts of an array, which can be given away. */
function* slices<Array extends Uint8Array | Float32Array>(
  array: Array,
  length: number,
): Generator<Block> {
  for (let at = 0; at < array.length; at += length) {
    yield array instanceof Float32Array
      ? new Float32Array(array.subarray(at, at + length))
      : new Uint8Array(array.subarray(at, at + length));
  }
}

function sourceOf(
  blocks: AsyncIterable<Block> | Iterable<Block>,
  stop: () => void = () => undefined,
): Source {
  const iterator =
    Symbol.asyncIterator in blocks ? blocks[Symbol.asyncIterator]() : blocks[Symbol.iterator]();
  return {
    next: async () => {
      const step = await iterator.next();
      return step.done ? undefined : step.value;
    },
    close: async () => {
      stop();
      // Not awaited: a generator returns only when what it waits for has come.
      void Promise.resolve(iterator.return?.()).catch(() => undefined);
    },
  };
}
