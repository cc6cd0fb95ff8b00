import { AsrError } from "../contract/errors.ts";
import type { NextBlock } from "./blocks.ts";
import { resampled } from "./ffmpeg/ffmpeg.ts";
import { checked, noSamples, type Range, wholeRange } from "./samples/checked.ts";
import {
  checkFinite,
  type DecodedStream,
  maxChannels,
  noRemarks,
  placed,
  type Samples,
  sampleRate,
} from "./samples/recording.ts";

/** Samples that the caller decoded: interleaved when there are several channels. */
export interface AudioSamples {
  samples: Float32Array;
  /** In Hz. */
  sampleRate: number;
  /** Default 1. */
  channels?: number | undefined;
}

/** How plain samples are laid out. */
export interface PcmFormat {
  /** In Hz. */
  sampleRate: number;
  /** Interleaved; default 1. */
  channels?: number | undefined;
}

/** How the bytes of plain samples are laid out. */
export interface PcmLayout extends PcmFormat {
  /** 16-bit integers (default) or 32-bit floats, little-endian. */
  encoding?: PcmEncoding | undefined;
}

/** Plain samples as they come, from a microphone or a socket: bytes without a header. */
export interface PcmStream extends PcmLayout {
  stream: AsyncIterable<Uint8Array>;
}

/** Sample rates that can be resampled, in Hz. */
export const sampleRates = { min: 1000, max: 768_000 } as const;
/** Numbers of channels that ffmpeg takes. */
export const channelCounts = { min: 1, max: maxChannels } as const;

export const pcmEncodings = ["s16le", "f32le"] as const;
export type PcmEncoding = (typeof pcmEncodings)[number];

/** A layout that can be used, with nothing left out. */
export interface CheckedLayout {
  /** In Hz. */
  sampleRate: number;
  channels: number;
  encoding: PcmEncoding;
}

const bytesPerSample = { s16le: 2, f32le: 4 } as const;

/** A layout with what it leaves out. Throws AsrError `input` where it cannot be used. */
export function checkedLayout(
  { sampleRate: rate, channels = 1, encoding = "s16le" }: PcmLayout,
  name: string,
): CheckedLayout {
  if (!pcmEncodings.includes(encoding)) {
    const hint = `choose from: ${pcmEncodings.join(", ")}`;
    throw new AsrError("input", `samples cannot be encoded as ${encoding}`, hint);
  }
  if (!isWithin(rate, sampleRates)) {
    throw new AsrError("input", `${name}: a sample rate of ${rate} Hz is not usable`);
  }
  if (!isWithin(channels, channelCounts)) {
    throw new AsrError("input", `${name}: ${channels} channels are not usable`);
  }
  return { sampleRate: rate, channels, encoding };
}

function isWithin(value: number, { min, max }: { min: number; max: number }): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** Refuses samples that are not as many in each channel. */
export function checkWholeFrames(length: number, { channels }: CheckedLayout, name: string): void {
  if (length % channels === 0) return;
  throw new AsrError("input", `${name}: ${length} samples do not make ${channels} channels`);
}

/** Plain samples, as they are described. */
interface PcmInput extends CheckedLayout {
  name: string;
  /** In seconds; undefined where it is not known. */
  duration: number | undefined;
}

/** Opens plain samples of which `next` gives the bytes; only `range` is heard. */
export function openPcm(
  next: NextBlock,
  input: PcmInput,
  range: Range = wholeRange,
): DecodedStream {
  const { name, duration, sampleRate: rate, channels } = input;
  const plain = plainSamples(next, input);
  const heard = rate === sampleRate ? plain : resampled(plain, { rate, channels }, name);
  const blocks = checked(placed(heard, channels), name, range, () => duration);
  return { name, duration, blocks, remarks: noRemarks() };
}

/**
 * NaN and infinities are refused before a resampler would hide them. The bytes of a frame that
 * never becomes whole, at the end, are no sound and are left out.
 */
async function* plainSamples(
  next: NextBlock,
  { name, channels, encoding }: PcmInput,
): AsyncGenerator<Samples, void, undefined> {
  const frame = channels * bytesPerSample[encoding];
  let rest: Uint8Array = new Uint8Array(0);
  let before = 0;
  for (let block = await next(); block !== undefined; block = await next()) {
    const bytes = Buffer.concat([rest, block]);
    const whole = bytes.length - (bytes.length % frame);
    rest = bytes.subarray(whole);
    if (whole === 0) continue;
    const { buffer } = new Uint8Array(bytes.subarray(0, whole));
    const values = encoding === "f32le" ? new Float32Array(buffer) : floats(new Int16Array(buffer));
    checkFinite(values, name, before);
    before += values.length;
    yield values;
  }
  if (before === 0) throw noSamples(name);
}

function floats(integers: Int16Array): Samples {
  const samples = new Float32Array(integers.length);
  for (let i = 0; i < integers.length; i++) samples[i] = integers[i]! / 2 ** 15;
  return samples;
}
