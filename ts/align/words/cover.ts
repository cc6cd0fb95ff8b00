import type { SpokenWord } from "./spoken-word.ts";

/**
 * Words in order, each with the punctuation, symbols and marks that belong to it, so that together
 * they cover all of the text but its white space. What touches a word goes with it; of what stands
 * between two words without space, opening brackets and quotes go with the second. What stands
 * alone goes with the word before, but at the beginning of a line, or where it opens something,
 * with the word behind.
 */
export function covering(text: string, words: readonly SpokenWord[]): SpokenWord[] {
  const wide = words.map((word) => ({ ...word }));
  let before: SpokenWord | undefined;
  for (const word of wide) {
    const from = before?.to ?? 0;
    const gap = text.slice(from, word.from);
    const cut = before === undefined ? 0 : cutOf(gap);
    if (before !== undefined) before.to += gap.slice(0, cut).trimEnd().length;
    word.from -= gap.slice(cut).trimStart().length;
    before = word;
  }
  if (before !== undefined) before.to += text.slice(before.to).trimEnd().length;
  return wide;
}

/** Where what lies between two words is cut into what belongs to the first and to the second. */
function cutOf(gap: string): number {
  const line = gap.search(lastLine);
  return line >= 0 ? line : gap.search(ofSecond);
}

const lastLine = /(?<=[\n\r\u2028\u2029])[^\n\r\u2028\u2029]*$/u;

/** Openers that stand alone, then what touches the second word; it matches every gap. */
const ofSecond =
  /(?:(?<=\s)[\p{Ps}\p{Pi}¿¡]+\s+)*(?:(?<=\s)\S+|(?<![\p{Ps}\p{Pi}¿¡])[\p{Ps}\p{Pi}¿¡]+)?$/u;
