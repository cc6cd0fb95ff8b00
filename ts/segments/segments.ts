// This folder: text with the time in which there is sound, cut into sentences with their times.

import {
  type DecodedChunk,
  type Segment,
  lowConfidence as usualMark,
  type Word,
} from "../contract/transcript.ts";
import { estimatedParts } from "./estimated-parts.ts";
import {
  lastMillisecond,
  onOneLine,
  type PlacedWord,
  placedWords,
  timedParts,
  type WordedText,
  withoutPlace,
} from "./timed-words.ts";
import { TokenScores } from "./token-scores.ts";

interface SegmentOptions {
  logprobs?: boolean | undefined;
  lowConfidence?: number | undefined;
}

/**
 * Cuts the texts of chunks into sentences. When each was said tell the times of its words; where
 * they are not known, it is estimated: in proportion to how long it takes to say, with borders in
 * the pauses near them. Sentences of less than a second join a neighbour, long ones are cut at
 * pauses. Segments are in order, stay within their chunk, and do not overlap, but for those of
 * different channels. `logprobs` adds their tokens; below `lowConfidence` they are unsure.
 */
export function segmentsOf(
  chunks: readonly DecodedChunk[],
  options: SegmentOptions = {},
): Segment[] {
  const growing = new GrowingSegments(options);
  for (const chunk of chunks) growing.add(chunk);
  return growing.all();
}

/** The same while chunks are still coming, in the order in which they begin. */
export class GrowingSegments {
  readonly #logprobs: boolean;
  readonly #lowConfidence: number;
  /** Those whose place among all is known. */
  readonly #settled: Segment[] = [];
  /** Those before which segments of another channel may come, in order. */
  #waiting: Omit<Segment, "id">[] = [];
  /** Where the last segment of each channel ends. */
  readonly #ends = new Map<number | undefined, number>();

  constructor({ logprobs = false, lowConfidence = usualMark }: SegmentOptions = {}) {
    this.#logprobs = logprobs;
    this.#lowConfidence = lowConfidence;
  }

  /** The words of a chunk as they would stand in the transcript, were it the next one. */
  words(chunk: WordedText): PlacedWord[] {
    return placedWords(chunk, this.#ends.get(chunk.channel) ?? 0);
  }

  /** Returns the chunk's words, as they stand in the transcript. */
  add(chunk: DecodedChunk): Word[] {
    const tokens = new TokenScores(chunk);
    const { channel } = chunk;
    const placed = this.words(chunk);
    const words = placed.map(withoutPlace);
    const latest = lastMillisecond(chunk.end) / 1000;
    let used = 0;
    for (const part of placed.length > 0 ? timedParts(chunk, placed) : estimatedParts(chunk)) {
      const start = Math.max(this.#ends.get(channel) ?? 0, milliseconds(part.start));
      const within = placed.length > 0 ? part.end : Math.min(latest, part.end);
      const end = Math.max(start, milliseconds(within));
      this.#ends.set(channel, end);
      const avgLogprob = tokens.mean(part);
      const first = used;
      while (used < placed.length && placed[used]!.from < part.to) used++;
      const own = words.slice(first, used);
      this.#waiting.push({
        start,
        end,
        ...(channel === undefined ? {} : { channel }),
        text: onOneLine(chunk.text.slice(part.from, part.to)),
        language: chunk.language,
        estimated: own.length === 0 || own.some(({ estimated }) => estimated),
        avgLogprob,
        lowConfidence: avgLogprob < this.#lowConfidence,
        ...(this.#logprobs ? { tokens: tokens.inside(part) } : {}),
        ...(own.length > 0 ? { words: own } : {}),
      });
    }
    this.#waiting.sort((a, b) => a.start - b.start);
    return words;
  }

  /**
   * Gives the segments that have their final place and were not given before. Chunks that are still
   * to come begin at `next` or later, in seconds; of a single channel each one follows the last.
   */
  take(next: number): Segment[] {
    const bound = milliseconds(next);
    const isSettled = ({ channel, start }: Omit<Segment, "id">) =>
      channel === undefined || start <= bound;
    const found = this.#waiting.findIndex((segment) => !isSettled(segment));
    const count = found < 0 ? this.#waiting.length : found;
    const taken = this.#waiting
      .splice(0, count)
      .map((segment, index) => ({ id: this.#settled.length + index, ...segment }));
    this.#settled.push(...taken);
    return taken;
  }

  /** All of them, given or not. */
  all(): Segment[] {
    this.take(Number.POSITIVE_INFINITY);
    return [...this.#settled];
  }
}

/** In seconds with three decimals: what is estimated needs no more. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
