/** Right-to-left embedding, and the end of it. */
const [embed, end] = ["\u202b", "\u202c"];

const letter = /\p{L}/gu;
const rightToLeft =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/gu;
/** From this share of its letters on, a text is one in a right-to-left script. */
const minShare = 1 / 3;

/**
 * What stands before and after each line of a text in a right-to-left script, to say that it is one
 * (U+202B and U+202C, as Subtitle Edit sets them). Players that take every line for left-to-right
 * put its full stop right and an English name out of order without them. Other texts have none.
 */
export function rtlMarks(text: string): readonly [before: string, after: string] {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const share = count(rightToLeft) / Math.max(1, count(letter));
  return share < minShare ? ["", ""] : [embed, end];
}
