import { type JapaneseTables, tags } from "./tables.ts";

/** A score that nothing comes back from. */
const never = -1e10;

/** The tags with the best sum of `scores` [length, 6] and transitions; of equals the first. */
export function bestTags(scores: Float64Array, { transitions }: JapaneseTables): Uint8Array {
  const length = scores.length / tags.count;
  const from = new Uint8Array(length * tags.count);
  let sums = new Float64Array(tags.count).fill(never);
  sums[tags.start] = 0;
  const bestBefore = (tag: number): { before: number; sum: number } => {
    let [before, sum] = [0, sums[0]! + transitions[tag * tags.count]!];
    for (let other = 1; other < tags.count; other++) {
      const candidate = sums[other]! + transitions[tag * tags.count + other]!;
      if (candidate > sum) [before, sum] = [other, candidate];
    }
    return { before, sum };
  };
  for (let at = 0; at < length; at++) {
    const next = new Float64Array(tags.count);
    for (let tag = 0; tag < tags.count; tag++) {
      const { before, sum } = bestBefore(tag);
      from[at * tags.count + tag] = before;
      next[tag] = sum + scores[at * tags.count + tag]!;
    }
    sums = next;
  }
  const path = new Uint8Array(length);
  let tag = bestBefore(tags.stop).before;
  for (let at = length - 1; at >= 0; at--) {
    path[at] = tag;
    tag = from[at * tags.count + tag]!;
  }
  return path;
}
