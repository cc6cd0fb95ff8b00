import { wordPlaces } from "../japanese/network.ts";
import type { JapaneseTables } from "../japanese/tables.ts";
import { type NormalizedCharacter, normalized } from "./normalized.ts";
import { isRead, type SpokenWord, wordWithin } from "./spoken-word.ts";

/**
 * Words of Japanese, which writes no spaces: nagisa's, or without its tables those of ICU's
 * dictionary. Of several words in one character, as in `㍿`, the first has its place; the others
 * stand behind it and have no part of the text.
 */
export function japaneseWords(text: string, tables?: JapaneseTables): SpokenWord[] {
  if (tables === undefined) return icuWords(text);
  const characters = normalized(text);
  const plain = characters.map(({ character }) => character);
  const words: SpokenWord[] = [];
  for (const places of wordPlaces(plain, tables)) {
    const ofWord = places.map((place) => characters[place]!);
    const word = spoken(ofWord, words.at(-1)?.to ?? 0);
    if (word !== undefined) words.push(word);
  }
  return words;
}

/** What is read of a word's characters, in a place that does not begin before `past`. */
function spoken(characters: readonly NormalizedCharacter[], past: number): SpokenWord | undefined {
  const read = characters.filter(({ character }) => isRead(character));
  const [first, last] = [read[0], read.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return {
    from: Math.max(first.from, past),
    to: Math.max(last.to, past),
    spoken: read.map(({ character }) => character).join(""),
  };
}

function icuWords(text: string): SpokenWord[] {
  const words: SpokenWord[] = [];
  for (const { index, segment } of segmenter.segment(text)) {
    const word = wordWithin(text, index, index + segment.length);
    if (word !== undefined) words.push(word);
  }
  return words;
}

const segmenter = new Intl.Segmenter("ja", { granularity: "word" });
