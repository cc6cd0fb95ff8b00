import type { Span } from "../contract/transcript.ts";

/** A stretch of time; `isShared` when it was made up, for words that fell on one moment. */
export interface Lengthened extends Span {
  isShared: boolean;
}

/**
 * Gives a length to words that have none. The model tells times in steps of `step` seconds, so a
 * short word may begin and end in one, and several may share it. Words of one moment divide the
 * time that follows, a step for each as far as nobody else speaks; then the time before; and where
 * less than a quarter of that is free, up to half of the longer neighbour's. `spans` are in order
 * and lie in 0…`length`, `weights` tell how long each word takes to say. In the result each span
 * ends after it starts, and none overlaps the next.
 */
export function lengthened(
  spans: readonly Span[],
  weights: readonly number[],
  length: number,
  step: number,
): Lengthened[] {
  const words = spans.map((span) => ({ ...span, isShared: false }));
  for (let first = 0; first < words.length; ) {
    const at = words[first]!.start;
    let past = first;
    while (words[past]?.start === at && words[past]?.end === at) past++;
    if (past === first) {
      first++;
      continue;
    }
    const [before, after] = [words[first - 1], words[past]];
    const wanted = (past - first) * step;
    let end = Math.min(after?.start ?? length, at + wanted);
    let start = Math.min(at, Math.max(before?.end ?? 0, end - wanted));
    const lack = wanted / 4 - (end - start);
    if (lack > 0) {
      const [ofBefore, ofAfter] = [half(before), half(after)];
      if (before !== undefined && ofBefore >= ofAfter) {
        start -= Math.min(lack, ofBefore);
        before.end = start;
      } else if (after !== undefined) {
        end += Math.min(lack, ofAfter);
        after.start = end;
      }
    }
    const isShared = past - first > 1 || lack > 0;
    divide(words.slice(first, past), weights.slice(first, past), start, end);
    for (const word of words.slice(first, past)) word.isShared = isShared;
    first = past;
  }
  return words;
}

function half(span: Span | undefined): number {
  return span === undefined ? 0 : (span.end - span.start) / 2;
}

/** Lays spans one behind the other into start…end, in proportion to their weights. */
function divide(spans: Span[], weights: readonly number[], start: number, end: number): void {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let done = 0;
  let at = start;
  for (const [index, span] of spans.entries()) {
    done += weights[index]!;
    span.start = at;
    at = index === spans.length - 1 ? end : start + ((end - start) * done) / all;
    span.end = at;
  }
}
