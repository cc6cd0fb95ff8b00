import { isRead, isSpace, type SpokenWord } from "./spoken-word.ts";

/**
 * The words of every language but Japanese and Korean: what stands between white space, without
 * what is not read; Chinese characters are words of their own, in whatever language they appear.
 * So `AI-based` is one word, read `AIbased`, and `3月` are two.
 */
export function spacedWords(text: string): SpokenWord[] {
  const words: SpokenWord[] = [];
  let open: SpokenWord | undefined;
  let at = 0;
  for (const character of text) {
    const to = at + character.length;
    if (isRead(character)) {
      const isAlone = isHan(character);
      if (open === undefined || isAlone) {
        open = { from: at, to, spoken: "" };
        words.push(open);
      }
      open.to = to;
      open.spoken += character;
      if (isAlone) open = undefined;
    } else if (isSpace(character)) open = undefined;
    at = to;
  }
  return words;
}

/** The blocks that the aligner was trained to read character by character; later ones are none. */
const blocks = [
  [0x4e00, 0x9fff],
  [0x3400, 0x4dbf],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b820, 0x2ceaf],
  [0xf900, 0xfaff],
] as const;

function isHan(character: string): boolean {
  const code = character.codePointAt(0)!;
  return blocks.some(([first, last]) => code >= first && code <= last);
}
