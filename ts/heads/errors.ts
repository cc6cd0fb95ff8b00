import { placesLookedAt } from "../align/attention/looks.ts";
import { wordTimes } from "../align/attention/word-times.ts";
import type { Heard } from "./listening.ts";

/** How far the times that some heads tell are from the true ones, in seconds. */
export interface TimeErrors {
  /** How much later they look than is said what they write; it is taken off. */
  offset: number;
  /** Median of the absolute errors. */
  start: number;
  end: number;
  /** The share of starts and ends that are so near. */
  within100ms: number;
  within200ms: number;
  /** Mean of the absolute errors, each up to half a second: what is made small. */
  mean: number;
}

/** A word that is lost is lost, however far away it is, in seconds. */
const lost = 0.5;

/**
 * The errors of the words' times by one of the rows of what was heard, or by the mean of some. The
 * offset is the one that leaves as many words early as late.
 */
export function timeErrors(heard: readonly Heard[], rows: readonly number[]): TimeErrors {
  let offset = 0;
  for (let round = 0; round < 2; round++) {
    const { starts, ends } = errorsAt(heard, rows, offset);
    offset += median([...starts, ...ends]);
  }
  // Hundredths are more than can be known.
  offset = Math.round(offset * 100) / 100;
  const { starts, ends } = errorsAt(heard, rows, offset);
  const all = [...starts, ...ends].map(Math.abs);
  const share = (limit: number) => all.filter((error) => error <= limit).length / all.length;
  return {
    offset,
    start: median(starts.map(Math.abs)),
    end: median(ends.map(Math.abs)),
    within100ms: share(0.1),
    within200ms: share(0.2),
    mean: all.reduce((sum, error) => sum + Math.min(error, lost), 0) / all.length,
  };
}

function errorsAt(heard: readonly Heard[], rows: readonly number[], offset: number) {
  const [starts, ends]: [number[], number[]] = [[], []];
  for (const one of heard) {
    const { speech, audio, tokens, audioTokens } = one;
    const mean = meanOf(rows.map((row) => one.rows[row]!));
    const found = wordTimes({
      text: speech.text,
      rows: (from, to) => mean.subarray(from * audioTokens, to * audioTokens),
      tokens,
      words: speech.words,
      audio,
      offset,
    });
    for (const [index, { start, end }] of speech.words.entries()) {
      if (start !== null) starts.push(found[index]!.start - start);
      if (end !== null) ends.push(found[index]!.end - end);
    }
  }
  return { starts, ends };
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  const [first, ...others] = rows;
  if (others.length === 0) return first!;
  return first!.map((value, index) => {
    return others.reduce((sum, other) => sum + other[index]!, value) / rows.length;
  });
}

/**
 * How far a head looks from the middle of the words, a constant apart: the mean distance in
 * seconds, each up to half a second. Quickly told, it says which heads are worth a closer look.
 */
export function distanceOfLooks(looks: readonly number[]): number {
  const middle = median(looks);
  const far = looks.map((look) => Math.min(lost, Math.abs(look - middle)));
  return far.reduce((sum, distance) => sum + distance, 0) / Math.max(1, far.length);
}

/** Where a row looks at the words whose times are known, from their middle, in seconds. */
export function looksFromMiddles(heard: Heard, row: number): number[] {
  const { speech, audio, tokens, audioTokens, rows } = heard;
  return speech.words.flatMap(({ from, start, end }) => {
    const token = tokens.findIndex(({ to }) => to > from);
    if (start === null || end === null || token < 0) return [];
    const weights = rows[row]!;
    const [looks] = placesLookedAt(
      [token],
      (first, past) => weights.subarray(first * audioTokens, past * audioTokens),
      (place) => place,
    );
    const best = looks!.reduce((one, other) => (other.weight > one.weight ? other : one));
    return [audio.start + best.place - (start + end) / 2];
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
