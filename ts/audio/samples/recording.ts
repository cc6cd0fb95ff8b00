// This folder: samples at 16 kHz with their place in time, as every reader gives them.

import { AsrError } from "../../contract/errors.ts";
import type { Frames } from "../channels/frames.ts";

/** The rate that the models hear, in Hz. */
export const sampleRate = 16_000;

/** Recordings of more channels are none: all channels of some samples are held together. */
export const maxChannels = 255;

/** Samples as the models hear them: mono at 16 kHz. */
export type Samples = Float32Array<ArrayBuffer>;

/** Samples that follow each other, and where they lie. */
export interface AudioBlock {
  /** Place of the first sample in the recording, counted in samples at 16 kHz from its start. */
  at: number;
  samples: Samples;
  /** Of which channel it is, from 1, where each is heard on its own. */
  channel?: number;
}

/** The same with all channels that were recorded. */
export type DecodedBlock = Frames;

/** A recording that is read as it is needed, so that its length does not matter. */
export interface AudioStream {
  /** What messages call it: the path, or where it came from. */
  name: string;
  /** Length in seconds as its header says; undefined where only reading tells. */
  duration: number | undefined;
  /** What it may be where only reading tells; some guesses come with the first block. */
  guessedDuration?: number | undefined;
  /**
   * Finite samples in blocks of any length, in order. Between blocks there may be gaps in which
   * nothing was recorded, of any length; a block that begins up to a fifth of a second before the
   * end of the one before sets the time right. Where each channel is heard on its own, there is a
   * block of each, with the lowest number first. Stop asking, and what decodes them is stopped.
   */
  blocks: AsyncGenerator<AudioBlock, void, undefined>;
  /** What was found on the way to the end; complete when all blocks were read. */
  remarks: AudioRemarks;
}

/** A recording as it is read, before its channels become what is heard. */
export interface DecodedStream extends Omit<AudioStream, "blocks"> {
  /** Reads it once more from its start; undefined for what can be read only once. */
  again?: (() => DecodedStream) | undefined;
  /** As in `AudioStream`, with all channels. */
  blocks: AsyncGenerator<DecodedBlock, void, undefined>;
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

/** Reads a stream to its end; gaps become silence. */
export async function wholeRecording({ blocks, name }: AudioStream): Promise<Recording> {
  const parts: AudioBlock[] = [];
  let length = 0;
  for await (const block of blocks) {
    parts.push(block);
    length = Math.max(length, block.at + block.samples.length);
  }
  const samples = new Float32Array(length);
  for (const part of parts) samples.set(part.samples, part.at);
  scaleToFit(samples);
  return { samples, duration: length / sampleRate, name };
}

/** As in the official code, only samples whose peak is above 1 are scaled, in place. */
export function scaleToFit(samples: Samples): void {
  const peak = peakOf(samples);
  if (peak > 1) for (let i = 0; i < samples.length; i++) samples[i]! /= peak;
}

/** The largest absolute sample. */
export function peakOf(samples: Float32Array): number {
  let peak = 0;
  // Indexed loops: the iterator and the callback forms take seconds for an hour of samples.
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i]!));
  return peak;
}

/** Samples that follow each other, as blocks of which the first lies at `at`. */
export async function* placed(
  parts: AsyncIterable<Samples>,
  channels: number,
  at = 0,
): AsyncGenerator<DecodedBlock, void, undefined> {
  let next = at;
  for await (const samples of parts) {
    yield { at: next, channels, samples };
    next += samples.length / channels;
  }
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
