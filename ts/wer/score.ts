import { align, type Edit } from "../comparison/align.ts";
import { charactersOf, wordsOf } from "../comparison/unicode.ts";
import { normaliseBasic } from "./basic.ts";
import { normaliseEnglish } from "./english.ts";

/** What is counted: `auto` goes by the language. */
export const modes = ["auto", "words", "characters"] as const;
export type Mode = (typeof modes)[number];
export type Unit = Exclude<Mode, "auto">;

/**
 * Languages that are scored by characters: those without spaces between words, and Korean, where
 * writers differ about the spaces.
 */
const characterLanguages = ["Chinese", "Cantonese", "Japanese", "Korean", "Thai"];

/** Errors of one kind of unit; the error rate is `errorRate` of it. */
export interface Counts {
  hits: number;
  substitutions: number;
  deletions: number;
  insertions: number;
}

/** What one hypothesis has right and wrong. */
export interface Score {
  unit: Unit;
  /** The units of `unit`, in the order of the text. */
  edits: Edit[];
  /** Undefined when the unit is the character. */
  words: Counts | undefined;
  /**
   * With words as the unit the one space between two words is a character, as jiwer has it; else
   * spaces do not count.
   */
  characters: Counts;
}

/** The unit that texts in a language, by its English name, are scored by. */
export function unitOf(language: string, mode: Mode): Unit {
  if (mode !== "auto") return mode;
  return characterLanguages.includes(language) ? "characters" : "words";
}

/**
 * Compares a hypothesis with the reference after normalising both: English with Whisper's English
 * rules, every other language with its basic ones.
 */
export function score(reference: string, hypothesis: string, language: string, mode: Mode): Score {
  const unit = unitOf(language, mode);
  const normalise = language === "English" ? normaliseEnglish : normaliseBasic;
  const [ref, hyp] = [wordsOf(normalise(reference)), wordsOf(normalise(hypothesis))];
  const between = unit === "words" ? " " : "";
  const letters = align(charactersOf(ref.join(between)), charactersOf(hyp.join(between)));
  const characters = countsOf(letters);
  if (unit === "characters") return { unit, edits: letters, words: undefined, characters };
  const edits = align(ref, hyp);
  return { unit, edits, words: countsOf(edits), characters };
}

function countsOf(edits: readonly Edit[]): Counts {
  const counts = { hit: 0, substitution: 0, deletion: 0, insertion: 0 };
  for (const { kind } of edits) counts[kind]++;
  return {
    hits: counts.hit,
    substitutions: counts.substitution,
    deletions: counts.deletion,
    insertions: counts.insertion,
  };
}

/** The counts of all together. */
export function sumOf(all: readonly Counts[]): Counts {
  const sum = { hits: 0, substitutions: 0, deletions: 0, insertions: 0 };
  for (const counts of all) {
    sum.hits += counts.hits;
    sum.substitutions += counts.substitutions;
    sum.deletions += counts.deletions;
    sum.insertions += counts.insertions;
  }
  return sum;
}

/** Substitutions, deletions and insertions. */
export function errorsIn({ substitutions, deletions, insertions }: Counts): number {
  return substitutions + deletions + insertions;
}

/** Units of the reference. */
export function referenceLength({ hits, substitutions, deletions }: Counts): number {
  return hits + substitutions + deletions;
}

/** Errors per unit of the reference, which may be above 1; undefined for an empty reference. */
export function errorRate(counts: Counts): number | undefined {
  const length = referenceLength(counts);
  return length === 0 ? undefined : errorsIn(counts) / length;
}
