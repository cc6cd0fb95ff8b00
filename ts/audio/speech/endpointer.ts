import type { Span } from "../../contract/transcript.ts";
import { type AudioBlock, sampleRate } from "../samples/recording.ts";
import { SampleQueue } from "../samples/sample-queue.ts";
import {
  type AudioChunk,
  type ChunkOptions,
  chunkAt,
  cutIn,
  cutRange,
  keptSilence,
  pausesAfter,
  soundsIn,
} from "./chunker.ts";
import { levelOf, quietestCut } from "./vad.ts";

/** A pause so long, in seconds, always ends a segment: its text is final, and silence is free. */
const maxPauseSeconds = 1.5;
/** Pauses that are good places to cut, before and after the length that is aimed at. */
const goodPause = 0.3 * sampleRate;
const fairPause = 0.15 * sampleRate;

/**
 * Cuts audio that is still coming into segments, at long pauses or, near multiples of
 * `chunkSeconds`, at short ones. Unlike a recording's chunks, segments are heard while they grow:
 * they are cut only where no word is settled yet.
 */
export class Endpointer {
  readonly #queue = new SampleQueue();
  readonly #aim: number;
  readonly #reach: number;
  readonly #longPause: number;
  /** Samples of the open segment that settled text may be of; 0 before it is heard. */
  #settled = 0;
  #isOpen = false;
  /** Level of the noise, as the last pause told it. */
  #noise: number | undefined;
  /** Where sound was found last, and what it was looked for in. */
  #found: { key: string; sounds: Span[] } = { key: "", sounds: [] };

  constructor({ chunkSeconds, pauseSeconds }: ChunkOptions) {
    ({ aim: this.#aim, reach: this.#reach } = cutRange(chunkSeconds));
    this.#longPause = Math.min(maxPauseSeconds, pauseSeconds) * sampleRate;
  }

  /** Whether a block lies behind a gap: what came before it has to be cut as at the end. */
  isApart(block: AudioBlock): boolean {
    return this.#queue.isApart(block);
  }

  /** Samples of the open segment by now; 0 while there is none. */
  get openLength(): number {
    return this.#isOpen ? this.#queue.length : 0;
  }

  push(block: AudioBlock): void {
    this.#queue.push(block);
  }

  /** The open segment as it is by now; undefined while there is no sound. */
  open(): AudioChunk | undefined {
    if (!this.#isOpen && !this.#skipSilence()) return undefined;
    this.#isOpen = true;
    return chunkAt({ at: this.#queue.at, samples: this.#queue.view().slice() });
  }

  /** Tells that text of the open segment, as it is by now, will not change any more. */
  settle(): void {
    this.#settled = this.#queue.length;
  }

  /**
   * The next segment that ends by now, undefined when none does. `isEnd`: no more audio comes.
   * `isStuck`: the open segment is to end wherever it can.
   */
  cut({ isEnd = false, isStuck = false }): AudioChunk | undefined {
    if (!this.#isOpen && !this.#skipSilence()) {
      if (isEnd) this.#queue.drop(this.#queue.length);
      return undefined;
    }
    const length = this.#segmentLength(isEnd, isStuck);
    if (length === 0) return undefined;
    const segment = chunkAt(this.#queue.take(length));
    this.#isOpen = false;
    this.#settled = 0;
    return segment;
  }

  /** Leaves silence before a segment out. Returns whether there is sound then. */
  #skipSilence(): boolean {
    const { length } = this.#queue;
    const [first] = this.#sounds();
    // The first sound may be about to begin.
    const silence = (first?.start ?? length) - keptSilence;
    if (silence > 0) this.#queue.drop(silence);
    return first !== undefined;
  }

  /** Where there is sound in the queue; the same samples are looked at once. */
  #sounds(): Span[] {
    const key = [this.#queue.at, this.#queue.length, this.#noise].join();
    if (this.#found.key !== key) {
      this.#found = { key, sounds: soundsIn(this.#queue.view(), this.#noise) };
    }
    return this.#found.sounds;
  }

  /** Where the segment ends; 0: not yet. */
  #segmentLength(isEnd: boolean, isStuck: boolean): number {
    const samples = this.#queue.view();
    const pauses = this.#pauses(samples.length);
    const long = pauses.find(({ start, end }) => end - start >= this.#longPause);
    if (long !== undefined) {
      this.#noise = levelOf(samples.subarray(long.start, long.end));
      return cutIn(long);
    }
    const [min, max] = [this.#aim - this.#reach, this.#aim + this.#reach];
    if (isEnd && samples.length <= max) return samples.length;
    if (samples.length >= max || isStuck) {
      const from = Math.max(this.#settled, Math.min(min, samples.length >> 1));
      return quietestCut(samples, from, Math.min(max, samples.length));
    }
    const enough = samples.length < this.#aim ? goodPause : fairPause;
    const [longest] = pauses
      .map((pause) => ({ ...pause, middle: Math.round((pause.start + pause.end) / 2) }))
      .filter(({ middle }) => middle >= Math.max(min, this.#settled))
      .sort((a, b) => b.end - b.start - (a.end - a.start));
    if (longest === undefined || longest.end - longest.start < enough) return 0;
    this.#noise = levelOf(samples.subarray(longest.start, longest.end));
    return longest.middle;
  }

  /** Silence after sound, which reaches to where nothing is settled yet. */
  #pauses(length: number): Span[] {
    return pausesAfter(this.#sounds(), length).filter(
      ({ start, end }) => end > start && end >= this.#settled,
    );
  }
}
