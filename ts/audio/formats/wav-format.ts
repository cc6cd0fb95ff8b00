import { maxChannels } from "../samples/recording.ts";
import { textAt, viewOf } from "./byte-source.ts";

/** How the samples of a WAV file are coded. */
export type WavCoding = "int" | "float" | "alaw" | "mulaw";

/** What a format chunk says. */
export interface WavFormat {
  /** Undefined for a compressed codec, which only ffmpeg reads. */
  coding: WavCoding | undefined;
  /** The format tag of the file, as in 0x0055 for MP3. */
  tag: number;
  channels: number;
  /** In Hz. */
  sampleRate: number;
  /** Of one channel; the samples of all channels make a frame. */
  bytesPerSample: number;
}

/** A format, or why there is none; `note` where the chunk contradicts itself. */
export type FormatReading = { format: WavFormat; note?: string } | { objection: string };

const pcm = 0x0001;
const ieeeFloat = 0x0003;
const aLaw = 0x0006;
const muLaw = 0x0007;
const extensible = 0xfffe;

/** Bytes 2 to 15 of every sub-format GUID whose first two bytes are a plain format tag. */
const formatGuid = "000000001000800000aa00389b71";

/** Bytes of a format chunk that are looked at. */
export const formatLength = 40;

/** Whether these first bytes are those of a RIFF, RF64 or BW64 WAVE file. */
export function isWav(bytes: Uint8Array): boolean {
  return ["RIFF", "RF64", "BW64"].includes(textAt(bytes, 0)) && textAt(bytes, 8) === "WAVE";
}

/**
 * Reads a format chunk. Its block size is said twice, as itself and by channels and bits; where
 * they differ, and the block leaves room for the bits, samples are as wide as the block has room.
 */
export function readWavFormat(body: Uint8Array): FormatReading {
  // The first version of the format had no bits.
  if (body.length < 14) return { objection: "its format chunk is cut short" };
  const view = viewOf(body);
  const said = view.getUint16(0, true);
  const block = view.getUint16(12, true);
  const bits = body.length >= 16 ? view.getUint16(14, true) : 0;
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  if (channels === 0 || channels > maxChannels) {
    return { objection: `it says ${channels} channels` };
  }
  if (sampleRate === 0) return { objection: "it says 0 Hz" };
  if (said === extensible && body.length < formatLength) {
    return { objection: "its format chunk is cut short" };
  }
  const tag = said === extensible ? subFormat(body) : said;
  const room = block % channels === 0 ? block / channels : 0;
  const needed = Math.ceil((bits || room * 8) / 8);
  const bytesPerSample = tag === pcm && room > needed && room <= 4 ? room : needed;
  const coding = codingOf(tag, bytesPerSample);
  const format = { coding, tag, channels, sampleRate, bytesPerSample };
  if (coding === undefined || block === channels * bytesPerSample) return { format };
  const note =
    `its header says a block size of ${block} (channels: ${channels}, bits: ${bits}): ` +
    `heard with ${channels * bytesPerSample}`;
  return { format, note };
}

function subFormat(body: Uint8Array): number {
  const isPlain = Buffer.from(body.subarray(26, 40)).toString("hex") === formatGuid;
  return isPlain ? viewOf(body).getUint16(24, true) : extensible;
}

function codingOf(tag: number, bytesPerSample: number): WavCoding | undefined {
  if (tag === pcm && bytesPerSample >= 1 && bytesPerSample <= 4) return "int";
  if (tag === ieeeFloat && (bytesPerSample === 4 || bytesPerSample === 8)) return "float";
  if (tag === aLaw && bytesPerSample === 1) return "alaw";
  if (tag === muLaw && bytesPerSample === 1) return "mulaw";
  return undefined;
}
