import { AsrError } from "../contract/errors.ts";
import { resampled } from "./ffmpeg.ts";
import { type AudioStream, checked, checkFinite, type Samples, sampleRate } from "./recording.ts";

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
export const channelCounts = { min: 1, max: 255 } as const;

export const pcmEncodings = ["s16le", "f32le"] as const;
export type PcmEncoding = (typeof pcmEncodings)[number];

/** Whether an input is bytes that come in parts. */
export function isIterable(input: unknown): input is AsyncIterable<Uint8Array> {
  return typeof input === "object" && input !== null && Symbol.asyncIterator in input;
}

export function isPcmStream(input: unknown): input is PcmStream {
  return (
    typeof input === "object" && input !== null && "stream" in input && isIterable(input.stream)
  );
}

export function isSamples(input: unknown): input is AudioSamples {
  return (
    typeof input === "object" &&
    input !== null &&
    "samples" in input &&
    input.samples instanceof Float32Array
  );
}

/** The error for a value that is no recording, such as samples without their rate. */
export function notAudio(): AsrError {
  const hint = "pass a path, URL, Blob, Response, stream, bytes, or {samples, sampleRate}";
  return new AsrError("input", "this is not a kind of audio input", hint);
}

/**
 * The samples of a stream, whole frames at a time. The bytes of a frame that never becomes whole,
 * at the end, are no sound and are left out.
 */
export async function* pcmBlocks(input: PcmStream): AsyncGenerator<Samples> {
  const { stream, channels = 1, encoding = "s16le" } = input;
  if (!pcmEncodings.includes(encoding)) {
    const hint = `choose from: ${pcmEncodings.join(", ")}`;
    throw new AsrError("input", `samples cannot be encoded as ${encoding}`, hint);
  }
  const frame = channels * (encoding === "s16le" ? 2 : 4);
  let rest: Uint8Array = new Uint8Array(0);
  for await (const part of stream) {
    const all = Buffer.concat([rest, part]);
    const whole = all.length - (all.length % frame);
    rest = all.subarray(whole);
    // In pieces, so that the thread is not kept for long.
    const piece = frame * Math.ceil(pieceBytes / frame);
    for (let at = 0; at < whole; at += piece) {
      const { buffer } = Uint8Array.from(all.subarray(at, Math.min(whole, at + piece)));
      yield encoding === "f32le" ? new Float32Array(buffer) : floats(new Int16Array(buffer));
    }
  }
}

const pieceBytes = 1 << 16;

function floats(integers: Int16Array): Samples {
  const samples = new Float32Array(integers.length);
  for (let i = 0; i < integers.length; i++) samples[i] = integers[i]! / 2 ** 15;
  return samples;
}

/** A quarter of a minute: long enough to be cheap, short enough for progress. */
const blockLength = 15 * sampleRate;

/** Opens samples that are all there. */
export function openSamples(input: AudioSamples): AudioStream {
  const name = "audio samples";
  const { samples, ...format } = input;
  const channels = checkFormat(format, name);
  return openPcm(inBlocks(samples, channels), { ...format, length: samples.length }, name);
}

async function* inBlocks(samples: Float32Array, channels: number): AsyncGenerator<Float32Array> {
  const length = blockLength * channels;
  for (let at = 0; at < samples.length; at += length) yield samples.subarray(at, at + length);
}

/** Opens samples that come in blocks of whole frames; `length` is how many will come, if known. */
export function openPcm(
  blocks: AsyncIterable<Float32Array>,
  format: PcmFormat & { length?: number | undefined },
  name: string,
): AudioStream {
  const channels = checkFormat(format, name);
  const mono = mixed(blocks, channels, name);
  const ready = format.sampleRate === sampleRate ? mono : resampled(mono, format.sampleRate, name);
  const { length } = format;
  const duration = length === undefined ? undefined : length / channels / format.sampleRate;
  return { name, duration, blocks: checked(ready, name) };
}

function checkFormat({ sampleRate: rate, channels = 1 }: PcmFormat, name: string): number {
  if (!isWithin(rate, sampleRates)) {
    throw new AsrError("input", `${name}: a sample rate of ${rate} Hz is not usable`);
  }
  if (!isWithin(channels, channelCounts)) {
    throw new AsrError("input", `${name}: ${channels} channels are not usable`);
  }
  return channels;
}

function isWithin(value: number, { min, max }: { min: number; max: number }): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** The mean of the channels. NaN and infinities are refused before a resampler would hide them. */
async function* mixed(
  blocks: AsyncIterable<Float32Array>,
  channels: number,
  name: string,
): AsyncGenerator<Samples> {
  let before = 0;
  for await (const block of blocks) {
    checkFinite(block, name, before);
    before += block.length;
    if (block.length % channels !== 0) {
      const why = `${before} samples do not make ${channels} channels`;
      throw new AsrError("input", `${name}: ${why}`);
    }
    const mono = new Float32Array(block.length / channels);
    for (let frame = 0, at = 0; frame < mono.length; frame++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += block[at++]!;
      mono[frame] = sum / channels;
    }
    yield mono;
  }
}
