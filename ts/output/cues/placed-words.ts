import type { Span, Word } from "../../contract/transcript.ts";

/** A word with its times, by where it stands in a text: in UTF-16 units, `to` not included. */
export interface PlacedWord extends Span {
  from: number;
  to: number;
}

/**
 * Where words stand in the text that they are the words of, whatever became of its white space and
 * control characters; undefined where they are not its words, all of them and in order.
 */
export function placeWords(text: string, words: readonly Word[]): PlacedWord[] | undefined {
  const placed: PlacedWord[] = [];
  let at = 0;
  for (const { text: letters, start, end } of words) {
    let from: number | undefined;
    for (const letter of letters) {
      if (unseen.test(letter)) continue;
      at = afterUnseen(text, at);
      if (!text.startsWith(letter, at)) return undefined;
      from ??= at;
      at += letter.length;
    }
    if (from !== undefined) placed.push({ from, to: at, start, end });
  }
  return afterUnseen(text, at) === text.length ? placed : undefined;
}

const unseen = /[\s\p{Cc}]/u;

function afterUnseen(text: string, from: number): number {
  let at = from;
  while (at < text.length && unseen.test(text[at]!)) at++;
  return at;
}
