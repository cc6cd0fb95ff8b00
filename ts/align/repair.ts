import { inOrder } from "./order.ts";

/** Times that never fall, and which of them were made up because what was given fell. */
export interface Repaired {
  /** Whole milliseconds. */
  times: number[];
  isOutlier: boolean[];
}

/**
 * Repairs times in milliseconds that should not fall, by the rules of the official aligner: what is
 * not on the longest non-decreasing subsequence takes the value of the nearer neighbour where at
 * most two in a row are wrong (the earlier one when both are as near), and lies evenly between the
 * neighbours where more are; at the ends there is one neighbour. Fractions are cut off.
 */
export function repaired(times: readonly number[]): Repaired {
  const isGood = inOrder(times);
  const mended = [...times];
  for (let first = 0; first < times.length; first++) {
    if (isGood[first]) continue;
    let past = first + 1;
    while (past < times.length && !isGood[past]) past++;
    const count = past - first;
    const left = mended[first - 1] ?? times[past]!;
    const right = times[past] ?? left;
    const step = (right - left) / (count + 1);
    for (let at = first; at < past; at++) {
      const ahead = at - first + 1;
      if (count > 2) mended[at] = left + step * ahead;
      else mended[at] = ahead <= past - at ? left : right;
    }
    first = past;
  }
  return { times: mended.map(Math.trunc), isOutlier: isGood.map((good) => !good) };
}
