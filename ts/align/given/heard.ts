import type { Sharing } from "../../concurrency/sharing.ts";
import type { Segment, Span, Transcript } from "../../contract/transcript.ts";
import { speakingTime } from "../../segments/speaking-time.ts";
import { type Unit, unitsOf, wordsOf } from "./units.ts";

/** A word as it was heard. */
export interface HeardWord extends Span {
  text: string;
  probability: number;
  estimated: boolean;
  /** Name of the language that the model named for it. */
  language: string;
}

/** A unit of what was heard, with its time and its word. */
export interface HeardUnit extends Unit, Span {
  word: number;
}

/** A text without anything to say still takes a moment. */
export function weightOf(text: string): number {
  return Math.max(0.1, speakingTime(text));
}

/** A span in the parts that weights make of it, one after the other. */
export function sharesOf({ start, end }: Span, weights: readonly number[]): Span[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let said = 0;
  return weights.map((weight) => {
    const from = start + ((end - start) * said) / total;
    said += weight;
    return { start: from, end: start + ((end - start) * said) / total };
  });
}

/** The words of a transcript; where it has none, its sentences in proportion to their words. */
export function heardWords({ segments }: Pick<Transcript, "segments">): HeardWord[] {
  return segments.flatMap((segment) => {
    const { language } = segment;
    if (segment.words === undefined) return guessedWords(segment);
    return segment.words.map(({ text, start, end, probability, estimated }) => {
      return { text, start, end, probability, estimated, language };
    });
  });
}

function guessedWords(segment: Segment): HeardWord[] {
  const { language, avgLogprob } = segment;
  const texts = wordsOf(segment.text).map(({ from, to }) => segment.text.slice(from, to));
  const spans = sharesOf(segment, texts.map(weightOf));
  const probability = Math.exp(avgLogprob);
  return texts.map((text, n) => ({ text, ...spans[n]!, probability, estimated: true, language }));
}

/** The units of words, each with its share of its word's time. */
export async function heardUnits(
  words: readonly HeardWord[],
  sharing: Sharing,
): Promise<HeardUnit[]> {
  const all: HeardUnit[] = [];
  for (const [index, word] of words.entries()) {
    await sharing.rest();
    const units = unitsOf(word.text);
    const spans = sharesOf(
      word,
      units.map(({ key }) => weightOf(key)),
    );
    all.push(...units.map((unit, n) => ({ ...unit, ...spans[n]!, word: index })));
  }
  return all;
}
