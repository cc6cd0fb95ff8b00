import { type Stats, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AsrError, messageOf } from "../contract/errors.ts";
import { decodedFile } from "./ffmpeg.ts";
import {
  type AudioSamples,
  isIterable,
  isPcmStream,
  isSamples,
  notAudio,
  openPcm,
  openSamples,
  type PcmStream,
  pcmBlocks,
} from "./pcm.ts";
import {
  type AudioStream,
  checked,
  noSamples,
  type Recording,
  type Samples,
  sampleRate,
  wholeRecording,
} from "./recording.ts";
import { spooled, spooledStream } from "./spool.ts";
import { isWav, openWav, readWavSamples, type WavHeader } from "./wav.ts";

/**
 * A recording: the path of a file, `-` for standard input, a `file:` URL, a Blob or `Bun.file()`,
 * the bytes of a file in any format, as they are, in a stream or in a Response, or samples, as they
 * are or in a stream.
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

/**
 * Opens a recording. WAV at 16 kHz is read here; every other format or rate goes through ffmpeg.
 * `name` is what messages call a stream.
 */
export async function openAudio(input: AudioInput, name?: string): Promise<AudioStream> {
  const path = pathOf(input);
  if (path !== undefined) return fromFile(path);
  if (input === "-") return fromStream(Bun.stdin.stream(), "standard input");
  if (input instanceof Blob) return fromBytes(input, nameOf(input));
  if (input instanceof ArrayBuffer) return fromBytes(new Blob([input]), "audio bytes");
  if (input instanceof Uint8Array) return fromBytes(new Blob([copied(input)]), "audio bytes");
  if (input instanceof Response) {
    const { body, name: url } = bodyOf(input);
    return fromStream(body, url);
  }
  if (isIterable(input)) return fromStream(input, name ?? "audio stream");
  if (isPcmStream(input)) return openPcm(pcmBlocks(input), input, name ?? "audio stream");
  if (isSamples(input)) return openSamples(input);
  throw notAudio();
}

/** Reads a whole recording. */
export async function loadAudio(input: AudioInput): Promise<Recording> {
  return await wholeRecording(await openAudio(input));
}

/** The path of an input that is a file of this machine, but for standard input. */
export function pathOf(input: AudioInput): string | undefined {
  if (typeof input === "string") return input === "-" ? undefined : input;
  if (input instanceof URL) {
    if (input.protocol === "file:") return fileURLToPath(input);
    const hint = "download it first, or pass the Response of fetch()";
    throw new AsrError("input", `${input.href}: is not a file on this machine`, hint);
  }
  // A BunFile is a Blob with the path as its name.
  if (!(input instanceof Blob) || input instanceof File || !("name" in input)) return undefined;
  return typeof input.name === "string" ? input.name : undefined;
}

/** What messages call the bytes of a Blob. */
export function nameOf(blob: Blob): string {
  return blob instanceof File ? blob.name : "audio bytes";
}

/** The bytes that a server sent, and from where; refuses what is an error's page. */
export function bodyOf(response: Response): { body: ReadableStream<Uint8Array>; name: string } {
  const name = response.url || "response";
  if (!response.ok) throw new AsrError("input", `${name}: the server answered ${response.status}`);
  return { body: response.body ?? new Blob([]).stream(), name };
}

/** Blobs do not take views on shared memory. */
function copied(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}

async function fromFile(path: string): Promise<AudioStream> {
  const stats = statOf(path);
  if (stats.isDirectory()) throw new AsrError("input", `${path}: is a folder, not an audio file`);
  // A pipe has no size and can be read only once.
  if (!stats.isFile()) return await fromStream(Bun.file(path).stream(), path);
  return await named(path, () => opened(path, path));
}

/** Opens a file by what its first bytes say. */
async function opened(path: string, name: string): Promise<AudioStream> {
  const file = Bun.file(path);
  const head = await checkedHead(file, name);
  return isWav(head) ? await fromWav(file, path, name) : fromFfmpeg(path, name);
}

/** What the system says about a file that cannot be read gets the file's name. */
async function named<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AsrError) throw error;
    throw new AsrError("input", `${name}: cannot be read: ${messageOf(error)}`);
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

function fromStream(stream: AsyncIterable<Uint8Array>, name: string): Promise<AudioStream> {
  return spooledStream(stream, name, (path) => opened(path, name));
}

async function fromBytes(blob: Blob, name: string): Promise<AudioStream> {
  const head = await checkedHead(blob, name);
  if (isWav(head)) return await fromWav(blob, undefined, name);
  return await spooled(blob, async (path) => fromFfmpeg(path, name));
}

/** `path` where the bytes are a file already. */
async function fromWav(bytes: Blob, path: string | undefined, name: string): Promise<AudioStream> {
  const header = await openWav(bytes, name);
  if (header.coding !== undefined && header.frames === 0) throw noSamples(name);
  const duration = header.frames / header.sampleRate;
  if (header.coding === undefined || header.sampleRate !== sampleRate) {
    if (path !== undefined) return fromFfmpeg(path, name);
    return await spooled(bytes, async (spooledPath) => fromFfmpeg(spooledPath, name));
  }
  return { name, duration, blocks: checked(wavBlocks(bytes, header, name), name) };
}

function fromFfmpeg(path: string, name: string): AudioStream {
  const complaints: string[] = [];
  const blocks = checked(decodedFile(path, name, complaints), name);
  return { name, duration: undefined, blocks, complaints };
}

const framesAtOnce = 15 * sampleRate;

async function* wavBlocks(bytes: Blob, header: WavHeader, name: string): AsyncGenerator<Samples> {
  const frameBytes = header.channels * header.bytesPerSample;
  for (let frame = 0; frame < header.frames; frame += framesAtOnce) {
    const frames = Math.min(framesAtOnce, header.frames - frame);
    const start = header.dataOffset + frame * frameBytes;
    const block = await named(name, () => bytes.slice(start, start + frames * frameBytes).bytes());
    if (block.length < frames * frameBytes) {
      throw new AsrError("input", `${name}: became shorter while it was read`, "start again");
    }
    yield readWavSamples(block, { ...header, dataOffset: 0, frames });
  }
}

const headLength = 512;

async function checkedHead(bytes: Blob, name: string): Promise<Uint8Array> {
  const head = await bytes.slice(0, headLength).bytes();
  if (head.length === 0) throw new AsrError("input", `${name}: is empty`);
  if (isText(head)) throw new AsrError("input", `${name}: is text, not audio`);
  return head;
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
