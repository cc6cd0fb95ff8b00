import type { Span } from "../../ts/contract/transcript.ts";
import { seededRandom } from "../../ts/wer/seeded-random.ts";

/** A word that is said; its time where it is known. */
export interface SaidWord {
  text: string;
  span: Partial<Span>;
}

/** Words that a text has and nobody says, or lacks. */
export interface Planted {
  kind: "text" | "speech";
  words: readonly string[];
  /** The words that are said on both sides of it: the index of the second one. */
  at: number;
}

/** A text that is nearly what is said. */
export interface PlantedText {
  words: string[];
  /** For each of these which word is said; undefined where none is. */
  said: (number | undefined)[];
  planted: Planted[];
}

/** Fewest and most words of a change. */
const [min, max] = [3, 8];

/**
 * The text of what is said with changes at even distances: in turn words that nobody says, which
 * are said elsewhere, and words that are left out.
 */
export function plantedText(
  spoken: readonly SaidWord[],
  changes: number,
  seed: number,
): PlantedText {
  const random = seededRandom(seed);
  const result: PlantedText = { words: [], said: [], planted: [] };
  const below = (count: number) => Math.floor(count * random());
  const places = Array.from({ length: changes }, (_, n) =>
    Math.round(((n + 0.5) * spoken.length) / changes),
  );
  let skipped = 0;
  for (const [index, { text }] of spoken.entries()) {
    const change = places.indexOf(index);
    const count = min + below(max - min + 1);
    if (change >= 0 && change % 2 === 0) {
      const words = Array.from({ length: count }, () => spoken[below(spoken.length)]!.text);
      result.planted.push({ kind: "text", words, at: index });
      result.words.push(...words);
      result.said.push(...words.map(() => undefined));
    } else if (change >= 0) {
      skipped = count;
      const words = spoken.slice(index, index + count).map((word) => word.text);
      result.planted.push({ kind: "speech", words, at: index + count });
    }
    if (skipped > 0) {
      skipped--;
      continue;
    }
    result.words.push(text);
    result.said.push(index);
  }
  return result;
}
