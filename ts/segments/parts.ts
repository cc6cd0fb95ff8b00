import type { Span } from "../contract/transcript.ts";
import type { TextRange } from "./sentences.ts";

/** A part of a chunk's text with its times. */
export interface Part extends TextRange, Span {}

/** A part shorter than this joins its neighbour, in seconds. */
const minSegmentSeconds = 1;
/** A part that stands further than this from its neighbours stays alone, however short. */
const maxJoinedPause = 1;
/** A part longer than this is cut at a pause of at least `minCutPause`, in seconds. */
export const maxSegmentSeconds = 12;
export const minCutPause = 0.3;

/** Short parts with the neighbour that is nearer in time; the shorter one where both are. */
export function joined(parts: readonly Part[]): Part[] {
  const result = [...parts];
  const gap = (index: number) => {
    const [left, right] = [result[index], result[index + 1]];
    return left && right ? right.start - left.end : Number.POSITIVE_INFINITY;
  };
  const length = (index: number) => result[index]!.end - result[index]!.start;
  for (let index = 0; index < result.length; ) {
    const [before, after] = [gap(index - 1), gap(index)];
    if (length(index) >= minSegmentSeconds || Math.min(before, after) > maxJoinedPause) {
      index++;
      continue;
    }
    const tie = before === after && length(index - 1) <= length(index + 1);
    if (before < after || tie) index--;
    const [left, right] = result.slice(index, index + 2) as [Part, Part];
    result.splice(index, 2, { ...left, to: right.to, end: right.end });
  }
  return result;
}
