import { isSpace, type SpokenWord, wordWithin } from "./spoken-word.ts";

/** Words of Korean: what stands between white space. */
export function koreanWords(text: string): SpokenWord[] {
  const words: SpokenWord[] = [];
  let from = 0;
  let at = 0;
  const close = (to: number) => {
    const word = wordWithin(text, from, to);
    if (word !== undefined) words.push(word);
  };
  for (const character of text) {
    const next = at + character.length;
    if (isSpace(character)) {
      close(at);
      from = next;
    }
    at = next;
  }
  close(at);
  return words;
}
