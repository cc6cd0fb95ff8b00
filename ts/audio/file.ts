import { type Stats, statSync } from "node:fs";
import { AsrError, messageOf } from "../contract/errors.ts";
import { decodedFile } from "./ffmpeg.ts";
import {
  type AudioStream,
  checked,
  noRemarks,
  noSamples,
  type Samples,
  sampleRate,
} from "./recording.ts";
import { isWav, openWav, readWavSamples, type WavHeader } from "./wav.ts";

/**
 * Opens a file by what its first bytes say: WAV at 16 kHz is read here, every other format or rate
 * goes through ffmpeg. `name` is what messages call it.
 */
export async function openFile(path: string, name: string): Promise<AudioStream> {
  if (statOf(path, name).isDirectory()) {
    throw new AsrError("input", `${name}: is a folder, not an audio file`);
  }
  return await named(name, async () => {
    const file = Bun.file(path);
    const head = await checkedHead(file, name);
    return isWav(head) ? await fromWav(file, path, name) : fromFfmpeg(path, name);
  });
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

function statOf(path: string, name: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const why = missing ? "no such file" : `cannot be opened: ${messageOf(error)}`;
    throw new AsrError("input", `${name}: ${why}`, missing ? "check the path" : undefined);
  }
}

async function fromWav(file: Blob, path: string, name: string): Promise<AudioStream> {
  const header = await openWav(file, name);
  if (header.coding !== undefined && header.frames === 0) throw noSamples(name);
  if (header.coding === undefined || header.sampleRate !== sampleRate) {
    return fromFfmpeg(path, name);
  }
  const duration = header.frames / sampleRate;
  const blocks = checked(wavBlocks(file, header, name), name);
  return { name, duration, blocks, remarks: noRemarks() };
}

function fromFfmpeg(path: string, name: string): AudioStream {
  const remarks = noRemarks();
  const blocks = checked(decodedFile(path, name, remarks), name);
  return { name, duration: undefined, blocks, remarks };
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
