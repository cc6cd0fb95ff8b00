// This folder: which heads of a checkpoint's decoder follow what is being said, found on speech
// whose words' times are known.

import type { AlignmentHead } from "../checkpoint/alignment-heads.ts";
import { AsrError } from "../contract/errors.ts";
import { Model } from "../native/model.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { distanceOfLooks, looksFromMiddles, type TimeErrors, timeErrors } from "./errors.ts";
import { type Clip, type Heard, listen } from "./listening.ts";

/** One head, and the times that it tells alone. */
export interface ScoredHead extends TimeErrors {
  head: AlignmentHead;
}

/** What was found. */
export interface FoundHeads {
  /** Those that tell times best together, with the errors of these. */
  heads: readonly AlignmentHead[];
  errors: TimeErrors;
  /** Single heads, the best first: as many as were looked at closely. */
  alone: readonly ScoredHead[];
  /** Words whose start or end is known. */
  words: number;
}

export interface SearchOptions {
  signal?: AbortSignal | undefined;
  /** Told what is being done, and how far it is. */
  onProgress?: ((what: string, share: number) => void) | undefined;
}

/** So many heads are looked at closely. */
const closely = 16;
/** At most so many tell times together. */
const together = 8;
/** A further head has to take so much of the error away. */
const worthwhile = 0.02;
/** One that is so many times worse alone than the best only blurs what that one sees. */
const notMuchWorse = 3;
/** Fewer words, and chance decides. */
const minWords = 20;

/**
 * Searches the alignment heads of the checkpoint in `folder`: every head of the decoder alone, then
 * sets of the best, each time with the head that helps most. Throws AsrError `input` where too few
 * words have times.
 */
export async function findHeads(
  folder: string,
  clips: readonly Clip[],
  { signal, onProgress }: SearchOptions = {},
): Promise<FoundHeads> {
  const words = clips.reduce((sum, { speech }) => sum + knownWords(speech.words), 0);
  if (words < minWords) {
    const message = `${words} words with times are too few; at least ${minWords} are needed`;
    throw new AsrError("input", message, "a few hundred words tell heads apart");
  }
  const tokenizer = await Tokenizer.load(folder);
  const all = headsOf(folder);
  using model = Model.open(folder, { alignmentHeads: all });
  const step = async (what: string, share: number) => {
    onProgress?.(what, share);
    // Only between two turns of the event loop is an interrupt heard.
    await new Promise(setImmediate);
    signal?.throwIfAborted();
  };
  const best = await mostPromising(model, tokenizer, clips, step);
  const heard: Heard[] = [];
  for (const [index, clip] of clips.entries()) {
    await step("listening again", index / clips.length);
    heard.push(listen(model, tokenizer, clip, best));
  }
  const alone: (ScoredHead & { row: number })[] = [];
  for (const [row, head] of best.entries()) {
    await step("comparing heads", row / best.length);
    alone.push({ head: all[head]!, row, ...timeErrors(heard, [row]) });
  }
  alone.sort((a, b) => a.mean - b.mean);
  const { rows, errors } = await bestSet(heard, alone, step);
  return {
    heads: rows.map((row) => all[best[row]!]!),
    errors,
    alone: alone.map(({ row: _, ...scored }) => scored),
    words,
  };
}

type Step = (what: string, share: number) => Promise<void>;

function knownWords(words: Clip["speech"]["words"]): number {
  return words.filter(({ start, end }) => start !== null || end !== null).length;
}

function headsOf(folder: string): AlignmentHead[] {
  using model = Model.open(folder, { alignmentHeads: [] });
  const { decoderLayers, decoderHeads } = model.info;
  return Array.from(
    { length: decoderLayers * decoderHeads },
    (_, index): AlignmentHead => [Math.floor(index / decoderHeads), index % decoderHeads],
  );
}

/** The heads that look nearest to the words, by their places among all. */
async function mostPromising(
  model: Model,
  tokenizer: Tokenizer,
  clips: readonly Clip[],
  step: Step,
): Promise<number[]> {
  const heads = Array.from({ length: model.info.alignmentHeads }, (_, head) => head);
  const looks = heads.map((): number[] => []);
  for (const [index, clip] of clips.entries()) {
    await step("listening", index / clips.length);
    const heard = listen(model, tokenizer, clip, heads);
    for (const head of heads) looks[head]!.push(...looksFromMiddles(heard, head));
  }
  const distances = looks.map(distanceOfLooks);
  return heads.sort((a, b) => distances[a]! - distances[b]!).slice(0, closely);
}

/** The set that begins with the best head and takes on whichever helps most, while one does. */
async function bestSet(
  heard: readonly Heard[],
  alone: readonly (ScoredHead & { row: number })[],
  step: Step,
): Promise<{ rows: number[]; errors: TimeErrors }> {
  const [{ head: _, row: first, ...scored }] = alone as [ScoredHead & { row: number }];
  let [rows, errors]: [number[], TimeErrors] = [[first], scored];
  const useful = alone.filter(({ mean }) => mean <= notMuchWorse * scored.mean);
  while (rows.length < together) {
    let better: { rows: number[]; errors: TimeErrors } | undefined;
    for (const [index, { row }] of useful.entries()) {
      if (rows.includes(row)) continue;
      await step(`comparing sets of ${rows.length + 1}`, index / useful.length);
      const wider = [...rows, row];
      const found = timeErrors(heard, wider);
      if (found.mean < (better?.errors.mean ?? errors.mean * (1 - worthwhile))) {
        better = { rows: wider, errors: found };
      }
    }
    if (better === undefined) break;
    ({ rows, errors } = better);
  }
  return { rows, errors };
}
