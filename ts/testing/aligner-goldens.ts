import { readFileSync } from "node:fs";
import { join } from "node:path";
import { goldensFolder } from "./goldens.ts";

/** What the official aligner makes of a text and some audio. */
export interface AlignerCase {
  name: string;
  samples: number;
  /** Name of the language. */
  language: string;
  text: string;
  /** What it reads. */
  words: string[];
  inputIds: { file: string };
  /** Classes of the slots. */
  slots: { file: string };
  /** [slots, classes] of which every n-th row and column is stored. */
  logits: { file: string; every: number; classEvery: number };
  /** Milliseconds, two for each word, after its repair of the classes. */
  repaired: number[];
  /** The same of classes that were limited to the audio before. */
  limited: number[];
}

export interface AlignerSet {
  folder: string;
  segmentMs: number;
  tolerances: { logits: number };
  cases: AlignerCase[];
}

/** The sets that lie in the repository. */
export const alignerSets = ["aligner-small", "aligner-small-q8", "aligner-small-hf"] as const;

/** The set in a folder, by default of the repository. */
export function alignerSet(name: string, parent: string = goldensFolder): AlignerSet {
  const folder = join(parent, name);
  return { ...JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")), folder };
}
