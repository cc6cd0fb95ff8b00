import { type Stats, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AsrError, messageOf } from "./errors.ts";
import { decodeBytes, decodeFile, decodeSamples } from "./ffmpeg.ts";
import { checkFinite, noSamples, type Recording, recording, sampleRate } from "./recording.ts";
import { isWav, readWavHeader, readWavSamples, type WavHeader } from "./wav.ts";

/** Samples that the caller decoded: interleaved when there are several channels. */
export interface AudioSamples {
  samples: Float32Array;
  /** In Hz. */
  sampleRate: number;
  /** Default 1. */
  channels?: number;
}

/**
 * A recording: the path of a file, `-` for standard input, a `file:` URL, a Blob or `Bun.file()`,
 * the bytes of a file in any format, or samples.
 */
export type AudioInput = string | URL | Blob | ArrayBuffer | Uint8Array | AudioSamples;

/**
 * Reads a recording. WAV at 16 kHz is read here; every other format or rate goes through ffmpeg.
 */
export async function loadAudio(input: AudioInput): Promise<Recording> {
  if (input === "-") return fromBytes(await Bun.stdin.bytes(), "standard input");
  if (typeof input === "string") return fromFile(input);
  if (input instanceof URL) return fromFile(pathOf(input));
  if (input instanceof Blob) return fromBlob(input);
  if (input instanceof ArrayBuffer) return fromBytes(new Uint8Array(input), "audio bytes");
  if (input instanceof Uint8Array) return fromBytes(input, "audio bytes");
  return fromSamples(input);
}

function pathOf(url: URL): string {
  if (url.protocol === "file:") return fileURLToPath(url);
  const hint = "download it first; only file: URLs are opened";
  throw new AsrError("input", `${url.href}: is not a file on this machine`, hint);
}

function fromBlob(blob: Blob): Promise<Recording> {
  // A BunFile is a Blob with the path as its name.
  const name = "name" in blob && typeof blob.name === "string" ? blob.name : undefined;
  if (name !== undefined && !(blob instanceof File)) return fromFile(name);
  return blob.bytes().then((bytes) => fromBytes(bytes, name ?? "audio bytes"));
}

async function fromFile(path: string): Promise<Recording> {
  const stats = statOf(path);
  if (stats.isDirectory()) throw new AsrError("input", `${path}: is a folder, not an audio file`);
  try {
    const file = Bun.file(path);
    // A pipe has no size and can be read only once.
    if (!stats.isFile()) return await fromBytes(await file.bytes(), path);
    const head = await file.slice(0, headLength).bytes();
    checkHead(head, path);
    if (!isWav(head) || stats.size > 2 ** 31) return recording(await decodeFile(path), path);
    return await fromWav(await file.bytes(), path, () => decodeFile(path));
  } catch (error) {
    if (error instanceof AsrError) throw error;
    throw new AsrError("input", `${path}: cannot be read: ${messageOf(error)}`);
  }
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const why = missing ? "no such file" : `cannot be opened: ${messageOf(error)}`;
    throw new AsrError("input", `${path}: ${why}`, missing ? "check the path" : undefined);
  }
}

async function fromBytes(bytes: Uint8Array, name: string): Promise<Recording> {
  checkHead(bytes.subarray(0, headLength), name);
  if (!isWav(bytes)) return recording(await decodeBytes(bytes, name), name);
  return fromWav(bytes, name, () => decodeBytes(bytes, name));
}

async function fromWav(
  bytes: Uint8Array,
  name: string,
  decode: () => Promise<Float32Array<ArrayBuffer>>,
): Promise<Recording> {
  const header: WavHeader = readWavHeader(bytes, name);
  if (header.coding !== undefined && header.frames === 0) throw noSamples(name);
  const direct = header.coding !== undefined && header.sampleRate === sampleRate;
  return recording(direct ? readWavSamples(bytes, header) : await decode(), name);
}

async function fromSamples(input: AudioSamples): Promise<Recording> {
  const name = "audio samples";
  if (!(input?.samples instanceof Float32Array)) {
    const hint = "pass a path, URL, Blob, bytes, or {samples: Float32Array, sampleRate}";
    throw new AsrError("input", "this is not a kind of audio input", hint);
  }
  const { samples, sampleRate: rate, channels = 1 } = input;
  if (!Number.isInteger(rate) || rate < 1000 || rate > 768_000) {
    throw new AsrError("input", `${name}: a sample rate of ${rate} Hz is not usable`);
  }
  if (!Number.isInteger(channels) || channels < 1 || samples.length % channels !== 0) {
    const why = `${samples.length} samples do not make ${channels} channels`;
    throw new AsrError("input", `${name}: ${why}`);
  }
  // Before ffmpeg would hide them.
  checkFinite(samples, name);
  const mono = mixed(samples, channels);
  if (mono.length === 0) throw noSamples(name);
  return recording(rate === sampleRate ? mono : await decodeSamples(mono, rate, name), name);
}

function mixed(samples: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  const mono = new Float32Array(samples.length / channels);
  for (let frame = 0, at = 0; frame < mono.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += samples[at++]!;
    mono[frame] = sum / channels;
  }
  return mono;
}

const headLength = 512;

function checkHead(head: Uint8Array, name: string): void {
  if (head.length === 0) throw new AsrError("input", `${name}: is empty`);
  if (isText(head)) throw new AsrError("input", `${name}: is text, not audio`);
}

/** No audio format has 512 bytes of text at its start; playlists, which name other files, have. */
function isText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d)) &&
    !head.includes(0x7f)
    ? isUtf8(head)
    : false;
}

function isUtf8(head: Uint8Array): boolean {
  try {
    // The last character may be cut.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
