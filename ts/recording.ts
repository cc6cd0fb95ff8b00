import { AsrError } from "./errors.ts";

/** The rate that the models hear, in Hz. */
export const sampleRate = 16_000;

/** The longest recording that is taken, in seconds. */
export const longestSeconds = 4 * 3600;

/** A recording as the models hear it. */
export interface Recording {
  /** Mono at 16 kHz, finite, in [-1, 1]. */
  samples: Float32Array<ArrayBuffer>;
  /** Length in seconds. */
  duration: number;
  /** What messages call it: the path, or where it came from. */
  name: string;
}

/**
 * Checks samples that were read. As in the official code, only a recording whose peak is above 1 is
 * scaled.
 */
export function recording(samples: Float32Array<ArrayBuffer>, name: string): Recording {
  if (samples.length === 0) throw noSamples(name);
  if (samples.length > longestSeconds * sampleRate) throw tooLong(name);
  checkFinite(samples, name);
  let peak = 0;
  // Indexed loops: the iterator and the callback forms take seconds for an hour of samples.
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i]!));
  if (peak > 1) for (let i = 0; i < samples.length; i++) samples[i]! /= peak;
  return { samples, duration: samples.length / sampleRate, name };
}

/** Refuses NaN and infinities: they would spread over the whole transcript. */
export function checkFinite(samples: Float32Array, name: string): void {
  let index = 0;
  while (index < samples.length && Number.isFinite(samples[index])) index++;
  if (index === samples.length) return;
  const message = `${name}: sample ${index} is ${samples[index]}, not a finite number`;
  throw new AsrError("input", message, "export the audio again");
}

/** The error for a recording of no length. */
export function noSamples(name: string): AsrError {
  return new AsrError("input", `${name}: the audio has no samples`);
}

/** The error for a recording beyond `longestSeconds`. */
export function tooLong(name: string): AsrError {
  const message = `${name}: is longer than ${longestSeconds / 3600} hours`;
  return new AsrError("input", message, "cut it into parts");
}
