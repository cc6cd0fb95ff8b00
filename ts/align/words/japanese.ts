import { type SpokenWord, wordWithin } from "./spoken-word.ts";

/** Words of Japanese, which writes no spaces: those of ICU's dictionary. */
export function japaneseWords(text: string): SpokenWord[] {
  const words: SpokenWord[] = [];
  for (const { index, segment } of segmenter.segment(text)) {
    const word = wordWithin(text, index, index + segment.length);
    if (word !== undefined) words.push(word);
  }
  return words;
}

const segmenter = new Intl.Segmenter("ja", { granularity: "word" });
