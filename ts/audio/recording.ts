import { AsrError } from "../contract/errors.ts";

/** The rate that the models hear, in Hz. */
export const sampleRate = 16_000;

/** Samples as the models hear them: mono at 16 kHz. */
export type Samples = Float32Array<ArrayBuffer>;

/** A recording that is read as it is needed, so that its length does not matter. */
export interface AudioStream {
  /** What messages call it: the path, or where it came from. */
  name: string;
  /** Length in seconds as its header says; undefined where only reading tells. */
  duration: number | undefined;
  /** Finite samples in blocks of any length. Stop asking, and what decodes them is stopped. */
  blocks: AsyncGenerator<Samples, void, undefined>;
  /** What was found on the way to the end; complete when all blocks were read. */
  remarks: AudioRemarks;
}

/** What a listener should know of a recording besides its samples. */
export interface AudioRemarks {
  /** What could not be heard, or was promised and is not there: text may be missing. */
  losses: string[];
  /** What was found and dealt with; nothing is lost. */
  notes: string[];
}

/** Nothing was found, so far. */
export function noRemarks(): AudioRemarks {
  return { losses: [], notes: [] };
}

/** A whole recording. */
export interface Recording {
  /** Mono at 16 kHz, finite, in [-1, 1]. */
  samples: Samples;
  /** Length in seconds. */
  duration: number;
  name: string;
}

/** Reads a stream to its end. */
export async function wholeRecording({ blocks, name }: AudioStream): Promise<Recording> {
  const parts: Samples[] = [];
  let length = 0;
  for await (const block of blocks) {
    parts.push(block);
    length += block.length;
  }
  const samples = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  scaleToFit(samples);
  return { samples, duration: length / sampleRate, name };
}

/**
 * As in the official code, only samples whose peak is above 1 are scaled, in place. Returns the
 * peak that they had.
 */
export function scaleToFit(samples: Samples): number {
  let peak = 0;
  // Indexed loops: the iterator and the callback forms take seconds for an hour of samples.
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i]!));
  if (peak > 1) for (let i = 0; i < samples.length; i++) samples[i]! /= peak;
  return peak;
}

/**
 * Refuses NaN and infinities: they would spread over the whole transcript. `before` samples came
 * earlier.
 */
export function checkFinite(samples: Float32Array, name: string, before = 0): void {
  let index = 0;
  while (index < samples.length && Number.isFinite(samples[index])) index++;
  if (index === samples.length) return;
  const message = `${name}: sample ${before + index} is ${samples[index]}, not a finite number`;
  throw new AsrError("input", message, "export the audio again");
}

/** The blocks, checked: finite, and at least one sample in all. */
export async function* checked(
  blocks: AsyncIterable<Samples>,
  name: string,
): AsyncGenerator<Samples, void, undefined> {
  let length = 0;
  for await (const block of blocks) {
    checkFinite(block, name, length);
    length += block.length;
    if (block.length > 0) yield block;
  }
  if (length === 0) throw noSamples(name);
}

/** The error for a recording of no length. */
export function noSamples(name: string): AsrError {
  return new AsrError("input", `${name}: the audio has no samples`);
}
