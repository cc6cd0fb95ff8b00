import { type SpokenWord, wordWithin } from "./spoken-word.ts";

/** Words of Thai, which writes no spaces between them: those of ICU's dictionary. */
export function thaiWords(text: string): SpokenWord[] {
  return Array.from(segmenter.segment(text)).flatMap(
    ({ index, segment }) => wordWithin(text, index, index + segment.length) ?? [],
  );
}

const segmenter = new Intl.Segmenter("th", { granularity: "word" });
