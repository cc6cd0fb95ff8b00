// This folder: what the bench of word times compares and times.

import type { Asr } from "../../ts/asr.ts";
import { align } from "../../ts/comparison/align.ts";
import type { Span, Word } from "../../ts/contract/transcript.ts";
import { median } from "../report/statistics.ts";

/** A recording and its words, with their times where these are known. */
export interface Truth {
  path: string;
  words: readonly { text: string; start: number | null; end: number | null }[];
}

/** How one way of listening timed words, in seconds. */
export interface Distances {
  starts: number[];
  ends: number[];
}

/** The words of a recording, heard as a whole. */
export async function wordsAsWhole(asr: Asr, path: string): Promise<Word[]> {
  const { segments } = await asr.transcribe(path, { words: "attention" });
  return segments.flatMap(({ words = [] }) => words);
}

/** The words that are told while the samples behind a WAV header of 44 bytes come as a stream. */
export async function wordsLive(asr: Asr, path: string): Promise<Word[]> {
  const input = { stream: Bun.file(path).slice(44).stream(), sampleRate: 16_000 };
  const words: Word[] = [];
  for await (const event of asr.stream(input, { words: "attention" })) {
    if (event.type === "words") words.push(...event.words);
  }
  return words;
}

/**
 * How far the times of words are from those of the same words in another list; words that stand in
 * one of them alone are left out. Positive: too late.
 */
export function distances(
  from: Truth["words"],
  to: readonly (Span & { text: string })[],
): Distances {
  const plain = ({ text }: { text: string }) =>
    text.toLowerCase().replaceAll(/[^\p{L}\p{N}']/gu, "");
  const found: Distances = { starts: [], ends: [] };
  let [one, other] = [0, 0];
  for (const { kind } of align(from.map(plain), to.map(plain))) {
    if (kind === "hit") {
      const { start, end } = from[one]!;
      if (start !== null) found.starts.push(to[other]!.start - start);
      if (end !== null) found.ends.push(to[other]!.end - end);
    }
    if (kind !== "insertion") one++;
    if (kind !== "deletion") other++;
  }
  return found;
}

/** The distances of many recordings together. */
export function together(all: readonly Distances[]): Distances {
  return {
    starts: all.flatMap(({ starts }) => starts),
    ends: all.flatMap(({ ends }) => ends),
  };
}

/** The middle of the absolute values, in seconds. */
export function typical(values: readonly number[]): number {
  return median(values.map(Math.abs));
}

/** The share that is at most so far off, in seconds. */
export function shareWithin(values: readonly number[], limit: number): number {
  return values.filter((value) => Math.abs(value) <= limit).length / values.length;
}

/** How many distances there are of each ten milliseconds, the number of which is the name. */
export function counted({ starts, ends }: Distances): Record<keyof Distances, object> {
  const countsOf = (values: readonly number[]) => {
    const counts = new Map<number, number>();
    for (const value of values.map((one) => 10 * Math.round(100 * one)).sort((a, b) => a - b)) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return Object.fromEntries(Array.from(counts, ([ms, count]) => [`${ms} ms`, count]));
  };
  return { starts: countsOf(starts), ends: countsOf(ends) };
}
