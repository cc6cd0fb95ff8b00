import { isSpace, type SpokenWord, wordWithin } from "./spoken-word.ts";
import type { KoreanTables } from "./word-tables.ts";

/**
 * Words of Korean: what stands between white space, and of that the longest beginning that is in
 * the dictionary apart from the rest. Without a dictionary nothing is cut apart.
 */
export function koreanWords(text: string, dictionary: KoreanTables = new Set()): SpokenWord[] {
  const words: SpokenWord[] = [];
  for (const [from, to] of spaced(text)) {
    const middle = from + beginningOf(text.slice(from, to), dictionary);
    for (const word of [wordWithin(text, from, middle), wordWithin(text, middle, to)]) {
      if (word !== undefined) words.push(word);
    }
  }
  return words;
}

/** The stretches between white space. */
function spaced(text: string): [from: number, to: number][] {
  const found: [number, number][] = [];
  let [from, at] = [0, 0];
  for (const character of `${text} `) {
    const next = at + character.length;
    if (isSpace(character)) {
      if (at > from) found.push([from, at]);
      from = next;
    }
    at = next;
  }
  return found;
}

/** Characters of the longest entry of the official dictionary, and some more. */
const maxWord = 32;

/** How long the longest beginning is that is in the dictionary; all of it where none is. */
function beginningOf(token: string, dictionary: KoreanTables): number {
  let [length, count, longest] = [0, 0, 0];
  for (const character of token) {
    length += character.length;
    count++;
    if (count > maxWord) break;
    if (count >= 2 && dictionary.has(token.slice(0, length))) longest = length;
  }
  // Two characters stay together, whether the dictionary knows one of them or not.
  return longest === 0 ? token.length : longest;
}
