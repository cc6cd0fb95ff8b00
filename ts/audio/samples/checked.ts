import { AsrError } from "../../contract/errors.ts";
import {
  checkFinite,
  type DecodedBlock,
  type DecodedStream,
  type Samples,
  sampleRate,
} from "./recording.ts";

/** The part of a recording that is heard, in seconds from its start. */
export interface Range {
  start: number;
  end: number;
}

/** All of a recording. */
export const wholeRange: Range = { start: 0, end: Number.POSITIVE_INFINITY };

/**
 * The part of the blocks that lies in a range, checked: samples are finite, and there is at least
 * one in all. Stops asking behind the range. Throws AsrError `input`, also where the recording ends
 * before the range begins; `length` says how long it is, in seconds, where none of it came.
 */
export async function* checked(
  blocks: AsyncIterable<DecodedBlock>,
  name: string,
  { start, end }: Range = wholeRange,
  length: () => number | undefined = () => undefined,
): DecodedStream["blocks"] {
  const first = Math.round(start * sampleRate);
  const last = Math.round(end * sampleRate);
  let reached = Number.NEGATIVE_INFINITY;
  for await (const { at, channels, samples } of blocks) {
    checkFinite(samples, name, at * channels);
    const length = samples.length / channels;
    if (length > 0) reached = Math.max(reached, at + length);
    const from = Math.max(0, first - at);
    const to = Math.min(length, last - at);
    if (to > from) {
      yield { at: at + from, channels, samples: samples.subarray(from * channels, to * channels) };
    } else if (at > last) {
      // A range may end in a gap.
      yield { at: last, channels, samples: new Float32Array(0) };
    }
    if (at + length >= last) break;
  }
  if (reached > first) return;
  if (start === 0) throw noSamples(name);
  const seconds = reached > 0 ? reached / sampleRate : length();
  const where = seconds === undefined ? "ends" : `ends at ${seconds.toFixed(2)} s,`;
  const message = `${name}: ${where} before the start of ${start} s that was asked for`;
  throw new AsrError("input", message, "choose an earlier start");
}

/**
 * The same blocks. What fails throws what `other` makes of its error, which is told whether there
 * was any block before.
 */
export async function* reworded(
  blocks: AsyncIterable<DecodedBlock>,
  other: (error: unknown, any: boolean) => unknown,
): DecodedStream["blocks"] {
  let any = false;
  try {
    for await (const block of blocks) {
      any = true;
      yield block;
    }
  } catch (error) {
    throw other(error, any);
  }
}

/** The samples, of which none is infinite or no number: a resampler would hide those. */
export async function* finite(
  parts: AsyncIterable<Samples>,
  name: string,
): AsyncGenerator<Samples, void, undefined> {
  let before = 0;
  for await (const samples of parts) {
    checkFinite(samples, name, before);
    before += samples.length;
    yield samples;
  }
}

/** The error for a recording of no length. */
export function noSamples(name: string): AsrError {
  return new AsrError("input", `${name}: the audio has no samples`);
}
