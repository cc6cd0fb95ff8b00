/** Right-to-left embedding, and the end of it. */
const [embed, end] = ["\u202b", "\u202c"];

const letter = /\p{L}/gu;
const rightToLeft =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/gu;
/** From this share of its letters on, a text is one in a right-to-left script. */
const minShare = 1 / 3;

/**
 * The lines of a text in a right-to-left script, each between marks that say so (U+202B and U+202C,
 * as Subtitle Edit sets them). Players that take every line for left-to-right put its full stop
 * right and an English name out of order without them. Other texts stay as they are.
 */
export function withRtlMarks(lines: readonly string[]): string[] {
  const text = lines.join(" ");
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const share = count(rightToLeft) / Math.max(1, count(letter));
  return lines.map((line) => (share < minShare || line === "" ? line : embed + line + end));
}
