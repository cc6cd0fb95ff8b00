/**
 * Which values lie on the longest non-decreasing subsequence. Of several the official aligner's is
 * taken: it ends at the first value that ends any of the longest, and goes back to the earliest
 * possible value each time. Time n log n.
 */
export function inOrder(values: ArrayLike<number>): boolean[] {
  // By length: the places where a longest subsequence of so many values ends. Within a level the
  // values fall, and from level to level the last of them rise: both can be searched by halves.
  const levels: number[][] = [];
  const previous: number[] = [];
  for (let at = 0; at < values.length; at++) {
    const fits = (place: number) => values[place]! <= values[at]!;
    const length = firstIndex(levels, (places) => !fits(places.at(-1)!));
    const below = levels[length - 1];
    previous.push(below === undefined ? -1 : below[firstIndex(below, fits)]!);
    const level = levels[length];
    if (level === undefined) levels.push([at]);
    else level.push(at);
  }
  const chosen = Array.from<boolean>({ length: values.length }).fill(false);
  let at = levels.at(-1)?.[0] ?? -1;
  while (at >= 0) {
    chosen[at] = true;
    at = previous[at]!;
  }
  return chosen;
}

/** The first index whose item passes a test that all items behind it pass too; else the length. */
function firstIndex<T>(items: readonly T[], passes: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
