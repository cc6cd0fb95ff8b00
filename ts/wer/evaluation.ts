// This folder: error rates: datasets, normalisers, alignment, intervals, the report.

import type { Heard } from "./hypotheses.ts";
import { confidenceInterval } from "./interval.ts";
import type { Reference } from "./references.ts";
import { type Counts, errorRate, type Mode, type Score, score, sumOf } from "./score.ts";

/** One recording, what was heard in it, and how right that is. */
export interface Evaluated {
  reference: Reference;
  /** English name of the language that it was scored as. */
  language: string;
  heard: Heard;
  score: Score;
}

/** An error rate over recordings. */
export interface Rate extends Counts {
  /** Errors per unit of the references; undefined when all of them are empty. */
  rate: number | undefined;
  /** 95 % interval; undefined for one recording. */
  interval: [number, number] | undefined;
}

/** Compares one recording; nothing heard counts as all deletions. */
export function evaluate(
  reference: Reference,
  heard: Heard,
  { language, mode }: { language: string | undefined; mode: Mode },
): Evaluated {
  const spoken = language ?? reference.language ?? "English";
  const text = heard.ok ? heard.text : "";
  return { reference, language: spoken, heard, score: score(reference.text, text, spoken, mode) };
}

/** Word error rate of the recordings that are scored by words; undefined when there are none. */
export function wordErrorRate(all: readonly Evaluated[]): Rate | undefined {
  const counts = all.flatMap(({ score: { words } }) => (words === undefined ? [] : [words]));
  return counts.length === 0 ? undefined : rateOf(counts);
}

/** Character error rate of all recordings. */
export function characterErrorRate(all: readonly Evaluated[]): Rate {
  return rateOf(all.map(({ score: { characters } }) => characters));
}

function rateOf(counts: readonly Counts[]): Rate {
  const sum = sumOf(counts);
  return { ...sum, rate: errorRate(sum), interval: confidenceInterval(counts) };
}

/** Two units that were taken for each other; `ref` or `hyp` is "" where there was none. */
export interface Confusion {
  ref: string;
  hyp: string;
  count: number;
}

/** The errors from the most frequent one on, of equal ones the first met first. */
export function confusions(all: readonly Evaluated[]): Confusion[] {
  const found = new Map<string, Confusion>();
  for (const edit of all.flatMap(({ score }) => score.edits)) {
    if (edit.kind === "hit") continue;
    const ref = edit.kind === "insertion" ? "" : edit.ref;
    const hyp = edit.kind === "deletion" ? "" : edit.hyp;
    const key = `${ref} ${hyp}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { ref, hyp, count: 1 });
    else known.count++;
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}
