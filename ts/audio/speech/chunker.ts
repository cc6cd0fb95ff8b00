// This folder: where there is speech, and the chunks and live segments that it is cut into.

import type { Span } from "../../contract/transcript.ts";
import { type AudioBlock, type Samples, sampleRate, scaleToFit } from "../samples/recording.ts";
import { SampleQueue } from "../samples/sample-queue.ts";
import { isInaudible, levelOf, quietestCut, speechSpans } from "./vad.ts";

/** A part of a recording that is decoded on its own. */
export interface AudioChunk extends Span {
  /** At least half a second: shorter ends are filled up with silence, as in the official code. */
  samples: Samples;
  /** Where there is sound, in seconds from the start of the recording. */
  speech: Span[];
  /** The channel that it is of, from 1, where channels are heard each on its own. */
  channel?: number;
  /** Whether there is nothing to hear at all, as in a muted recording. */
  isSilent: boolean;
}

/** How a recording is cut. */
export interface ChunkOptions {
  /** Length that cuts aim at, in seconds. */
  chunkSeconds: number;
  /** A pause of this length, in seconds, ends a chunk and is left out. Infinity: none does. */
  pauseSeconds: number;
}

/** As far from the aim as the official splitter looks for a quiet place, in seconds. */
export const maxReachSeconds = 5;

/** Where a cut aims at, and how far from there it may be, in samples. */
export function cutRange(chunkSeconds: number): { aim: number; reach: number } {
  return {
    aim: Math.round(chunkSeconds * sampleRate),
    reach: Math.round(Math.min(maxReachSeconds, chunkSeconds / 3) * sampleRate),
  };
}

const minChunkSamples = 0.5 * sampleRate;

/** Silence that is kept around sound, where a pause is left out. */
export const keptSilence = 0.3 * sampleRate;

/**
 * Cuts what comes at quiet places near multiples of `chunkSeconds`, so that no word is cut, and at
 * gaps. Holds one chunk at a time.
 */
export class Chunker {
  readonly #queue = new SampleQueue();
  readonly #aim: number;
  readonly #reach: number;
  readonly #pause: number;
  /** Level of the noise, as the last long pause told it. */
  #noise: number | undefined;

  constructor({ chunkSeconds, pauseSeconds }: ChunkOptions) {
    ({ aim: this.#aim, reach: this.#reach } = cutRange(chunkSeconds));
    this.#pause = pauseSeconds * sampleRate;
  }

  /** Where the next chunk begins at the earliest, in seconds. */
  get next(): number {
    return this.#queue.at / sampleRate;
  }

  /** The chunks that end with this block. */
  *push(block: AudioBlock): Generator<AudioChunk, void, undefined> {
    if (this.#queue.isApart(block)) yield* this.#chunks(true);
    this.#queue.push(block);
    yield* this.#chunks(false);
  }

  /** The chunks of what is left: no more comes. */
  *end(): Generator<AudioChunk, void, undefined> {
    yield* this.#chunks(true);
  }

  /** What can be cut by now; everything where no more samples follow closely. */
  *#chunks(isEnd: boolean): Generator<AudioChunk, void, undefined> {
    const needed = isEnd ? 1 : this.#aim + this.#reach;
    while (this.#queue.length >= needed) {
      const { skip, take } = this.#next(this.#queue.view(), isEnd);
      this.#queue.drop(skip);
      if (take > 0) yield chunkAt(this.#queue.take(take));
    }
  }

  /** How many samples to leave out, and how many of those after them make a chunk. */
  #next(samples: Samples, isEnd: boolean): { skip: number; take: number } {
    if (Number.isFinite(this.#pause)) {
      const sounds = soundsIn(samples, this.#noise);
      const [first] = sounds;
      if (first === undefined) {
        return { skip: isEnd ? samples.length : samples.length - keptSilence, take: 0 };
      }
      if (first.start > keptSilence) return { skip: first.start - keptSilence, take: 0 };
      const end = this.#pauseIn(samples, sounds);
      if (end !== undefined) return { skip: 0, take: end };
    }
    if (isEnd) return { skip: 0, take: samples.length };
    return {
      skip: 0,
      take: quietestCut(samples, this.#aim - this.#reach, this.#aim + this.#reach),
    };
  }

  /** Where the first long pause has begun, with the silence that is kept. */
  #pauseIn(samples: Samples, sounds: readonly Span[]): number | undefined {
    const pauses = pausesAfter(sounds, samples.length);
    const long = pauses.find(({ start, end }) => end - start >= this.#pause);
    if (long === undefined) return undefined;
    this.#noise = levelOf(samples.subarray(long.start, long.end));
    return cutIn(long);
  }
}

/** The pause after each sound, up to the next one or to the end of the samples. */
export function pausesAfter(sounds: readonly Span[], length: number): Span[] {
  return sounds.map(({ end }, index) => ({ start: end, end: sounds[index + 1]?.start ?? length }));
}

/** Where to cut in a pause that is left out: after the silence that is kept. */
export function cutIn({ start, end }: Span): number {
  return Math.round(start + Math.min(keptSilence, (end - start) / 2));
}

/** `speechSpans` counted in samples. */
export function soundsIn(samples: Samples, noise?: number): Span[] {
  return speechSpans(samples, noise).map(({ start, end }) => ({
    start: Math.round(start * sampleRate),
    end: Math.round(end * sampleRate),
  }));
}

/** The chunk of these samples, of which it scales loud ones. */
export function chunkAt({ at, samples }: AudioBlock): AudioChunk {
  scaleToFit(samples);
  const isSilent = isInaudible(samples);
  const start = at / sampleRate;
  const speech = speechSpans(samples).map((span) => ({
    start: start + span.start,
    end: start + span.end,
  }));
  const end = (at + samples.length) / sampleRate;
  // A recording that is short as a whole is heard as it is.
  return { start, end, samples: at > 0 ? filledUp(samples) : samples, speech, isSilent };
}

/** The samples, with silence behind them where they are less than half a second. */
export function filledUp(samples: Samples): Samples {
  if (samples.length >= minChunkSamples) return samples;
  const filled = new Float32Array(minChunkSamples);
  filled.set(samples);
  return filled;
}

/** Cuts a chunk in two at the quietest place of its middle half. */
export function halves({ samples, start }: AudioChunk): AudioChunk[] {
  const cut = quietestCut(samples, samples.length >> 2, samples.length - (samples.length >> 2));
  const at = Math.round(start * sampleRate);
  return [
    chunkAt({ at, samples: samples.slice(0, cut) }),
    chunkAt({ at: at + cut, samples: samples.slice(cut) }),
  ];
}
