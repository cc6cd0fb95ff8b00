import { AsrError } from "../contract/errors.ts";
import type { Samples } from "./recording.ts";

/** How the samples of a WAV file are coded. */
export type WavCoding = "int" | "float" | "alaw" | "mulaw";

/** What a WAV header says, checked against the bytes that are there. */
export interface WavHeader {
  /** Undefined for a compressed codec, which only ffmpeg reads. */
  coding: WavCoding | undefined;
  /** The format tag of the file, as in 0x0055 for MP3. */
  tag: number;
  channels: number;
  sampleRate: number;
  bytesPerSample: number;
  /** Where the samples begin, and how many frames (one sample of each channel) follow. */
  dataOffset: number;
  frames: number;
}

const pcm = 0x0001;
const ieeeFloat = 0x0003;
const aLaw = 0x0006;
const muLaw = 0x0007;
const extensible = 0xfffe;

/**
 * Writers that cannot seek back leave a size at or near the largest; no real file comes near it.
 */
const unknownSize = 0x7ff00000;

/** Bytes 2 to 15 of every sub-format GUID whose first two bytes are a plain format tag. */
const formatGuid = "000000001000800000aa00389b71";

/** Whether these first bytes are those of a RIFF, RF64 or BW64 WAVE file. */
export function isWav(bytes: Uint8Array): boolean {
  return ["RIFF", "RF64", "BW64"].includes(textAt(bytes, 0)) && textAt(bytes, 8) === "WAVE";
}

/** Enough for every header but those with cover pictures or long notes before the samples. */
const headerLength = 64 * 1024;

/** Reads the header of a WAV file of any length without reading its samples. */
export async function openWav(file: Blob, name: string): Promise<WavHeader> {
  for (let length = headerLength; length < file.size; length *= 8) {
    const head = await file.slice(0, length).bytes();
    try {
      return readWavHeader(head, name, file.size);
    } catch (error) {
      if (!(error instanceof HeaderGoesOn)) throw error;
    }
  }
  return readWavHeader(await file.bytes(), name);
}

/** The samples begin after the bytes that were looked at. */
class HeaderGoesOn extends Error {}

/**
 * Reads the header of a WAV file from its first bytes, by default all of them. `name` stands for
 * the file in error messages.
 */
export function readWavHeader(
  bytes: Uint8Array,
  name: string,
  fileLength: number = bytes.length,
): WavHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: WavFormat | undefined;
  let longDataSize: number | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = textAt(bytes, at);
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (id === "data") {
      if (format === undefined) throw bad(name, "its samples come before their format");
      const length = dataLength(view, body, size, longDataSize, fileLength, name);
      return { ...format, dataOffset: body, frames: Math.floor(length / frameSize(format)) };
    }
    if (id === "fmt ") format = readFormat(view, body, size, name);
    if (id === "ds64" && size >= 24 && body + 24 <= bytes.length) {
      longDataSize = Number(view.getBigUint64(body + 8, true));
    }
    at = nextChunk(bytes, body, size);
  }
  if (bytes.length < fileLength) throw new HeaderGoesOn();
  throw bad(name, "it ends before its samples begin");
}

/**
 * The samples of a WAV file, mixed to mono by the mean of the channels. The header must have a
 * `coding`.
 */
export function readWavSamples(bytes: Uint8Array, header: WavHeader): Samples {
  const { channels, frames, bytesPerSample, dataOffset } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sampleAt = sampleReader(view, header);
  const samples = new Float32Array(frames);
  let at = dataOffset;
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += bytesPerSample) sum += sampleAt(at);
    samples[frame] = sum / channels;
  }
  return samples;
}

type WavFormat = Omit<WavHeader, "dataOffset" | "frames">;

function readFormat(view: DataView, at: number, size: number, name: string): WavFormat {
  if (size < 16 || at + 16 > view.byteLength) throw bad(name, "its format chunk is cut short");
  let tag = view.getUint16(at, true);
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const blockSize = view.getUint16(at + 12, true);
  const bits = view.getUint16(at + 14, true);
  if (channels === 0) throw bad(name, "it says 0 channels");
  if (sampleRate === 0) throw bad(name, "it says 0 Hz");
  if (tag === extensible) {
    if (size < 40 || at + 40 > view.byteLength) throw bad(name, "its format chunk is cut short");
    let guid = "";
    for (let i = 2; i < 16; i++)
      guid += view
        .getUint8(at + 24 + i)
        .toString(16)
        .padStart(2, "0");
    if (guid === formatGuid) tag = view.getUint16(at + 24, true);
  }
  const coding = codingOf(tag, bits);
  const bytesPerSample = Math.ceil(bits / 8);
  if (coding !== undefined && blockSize !== channels * bytesPerSample) {
    const said = `${channels} channels of ${bits} bits in blocks of ${blockSize} bytes`;
    throw bad(name, `its header contradicts itself: ${said}`);
  }
  return { coding, tag, channels, sampleRate, bytesPerSample };
}

function codingOf(tag: number, bits: number): WavCoding | undefined {
  if (tag === pcm && bits >= 1 && bits <= 32) return "int";
  if (tag === ieeeFloat && (bits === 32 || bits === 64)) return "float";
  if (tag === aLaw && bits === 8) return "alaw";
  if (tag === muLaw && bits === 8) return "mulaw";
  return undefined;
}

/** A compressed codec has no fixed frame; its samples are never counted here. */
function frameSize(format: WavFormat): number {
  return Math.max(1, format.channels * format.bytesPerSample);
}

function dataLength(
  view: DataView,
  body: number,
  size: number,
  longSize: number | undefined,
  fileLength: number,
  name: string,
): number {
  const rest = fileLength - body;
  const riffSize = view.getUint32(4, true);
  // What cannot seek back writes 0 or a huge size: then the samples go on to the end of the file.
  const streamed = size === 0 && (riffSize <= body || riffSize >= unknownSize);
  const wanted = size === 0xffffffff && longSize !== undefined ? longSize : size;
  if (streamed || (wanted >= unknownSize && wanted === size)) return rest;
  if (wanted > rest) {
    throw bad(name, `it is cut short: ${wanted} bytes of samples are promised, ${rest} are there`);
  }
  return wanted;
}

/** Chunks are padded to even sizes, but some writers forget: look where a known name stands. */
function nextChunk(bytes: Uint8Array, body: number, size: number): number {
  const end = body + size;
  if (size % 2 === 0) return end;
  return ["fmt ", "data", "LIST", "fact"].includes(textAt(bytes, end)) ? end : end + 1;
}

function sampleReader(view: DataView, header: WavHeader): (at: number) => number {
  switch (header.coding) {
    case "float":
      return header.bytesPerSample === 4
        ? (at) => view.getFloat32(at, true)
        : (at) => view.getFloat64(at, true);
    case "alaw":
      return (at) => fromALaw(view.getUint8(at)) / 2 ** 15;
    case "mulaw":
      return (at) => fromMuLaw(view.getUint8(at)) / 2 ** 15;
    default:
      return intReader(view, header.bytesPerSample);
  }
}

/**
 * Samples of up to 8 bits are unsigned, wider ones signed; odd widths fill the high bits of their
 * bytes.
 */
function intReader(view: DataView, bytesPerSample: number): (at: number) => number {
  switch (bytesPerSample) {
    case 1:
      return (at) => (view.getUint8(at) - 128) / 2 ** 7;
    case 2:
      return (at) => view.getInt16(at, true) / 2 ** 15;
    case 3:
      return (at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23;
    default:
      return (at) => view.getInt32(at, true) / 2 ** 31;
  }
}

/** ITU-T G.711 A-law to 16 bits. */
function fromALaw(byte: number): number {
  const code = byte ^ 0x55;
  const exponent = (code >> 4) & 7;
  const mantissa = ((code & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
  return code & 0x80 ? magnitude : -magnitude;
}

/** ITU-T G.711 µ-law to 16 bits. */
function fromMuLaw(byte: number): number {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 15) << 3) + 132) << ((code >> 4) & 7)) - 132;
  return code & 0x80 ? -magnitude : magnitude;
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function bad(name: string, why: string): AsrError {
  return new AsrError("input", `${name}: not a readable WAV file: ${why}`, "export it again");
}
