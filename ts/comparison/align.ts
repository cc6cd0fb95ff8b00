// This folder: texts against each other: the shortest edits, numbers in words and in digits.

import { type Columns, editColumns, lastColumn } from "./bit-vectors.ts";
import { unitIds } from "./unit-ids.ts";

/** One step of an alignment; `ref` and `hyp` are units, words or characters. */
export type Edit =
  | { kind: "hit"; ref: string; hyp: string }
  | { kind: "substitution"; ref: string; hyp: string }
  | { kind: "deletion"; ref: string }
  | { kind: "insertion"; hyp: string };

/** Up to this many cells the table of an alignment is kept: two bits each, 16 MB. */
const maxCells = 2 ** 26;

/**
 * The shortest way to turn the reference into the hypothesis by substitutions, deletions and
 * insertions of cost 1 each (Levenshtein).
 *
 * A table of bit vectors gives it (see `editColumns`); where that would be too large, the
 * hypothesis is cut in half and the reference where the two halves cost least (Hirschberg 1975), so
 * that the memory stays bounded. Of several shortest ways it takes that of RapidFuzz, and with it
 * jiwer: equal ends belong together; before them a deletion comes last, where it can, and an
 * insertion where nothing else is as short.
 */
export function align(
  ref: readonly string[],
  hyp: readonly string[],
  cells: number = maxCells,
): Edit[] {
  const [refIds, hypIds] = unitIds(ref, hyp);
  const shorter = Math.min(ref.length, hyp.length);
  let [head, tail] = [0, 0];
  while (head < shorter && refIds[head] === hypIds[head]) head++;
  while (tail < shorter - head && refIds.at(-1 - tail) === hypIds.at(-1 - tail)) tail++;
  const hits = (units: readonly string[]) =>
    units.map((unit): Edit => ({ kind: "hit", ref: unit, hyp: unit }));

  const edits = hits(ref.slice(0, head));
  // Ranges still to be aligned, the last one first: [refStart, refEnd, hypStart, hypEnd].
  const open: [number, number, number, number][] = [
    [head, ref.length - tail, head, hyp.length - tail],
  ];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const [refStart, refEnd, hypStart, hypEnd] = range;
    const [a, b] = [refIds.subarray(refStart, refEnd), hypIds.subarray(hypStart, hypEnd)];
    if (a.length * b.length > cells && b.length > 1) {
      const half = b.length >> 1;
      const cut = refStart + cheapestCut(a, b, half);
      open.push([cut, refEnd, hypStart + half, hypEnd], [refStart, cut, hypStart, hypStart + half]);
    } else {
      const path = tracedBack(ref.slice(refStart, refEnd), hyp.slice(hypStart, hypEnd), a, b);
      for (const edit of path) edits.push(edit);
    }
  }
  return edits.concat(hits(ref.slice(ref.length - tail)));
}

/** Where to cut the reference so that its parts cost least against the hypothesis' halves. */
function cheapestCut(ref: Int32Array, hyp: Int32Array, half: number): number {
  const head = lastColumn(ref, hyp.subarray(0, half));
  const tail = lastColumn(ref.toReversed(), hyp.subarray(half).toReversed());
  let [best, cost] = [0, Number.POSITIVE_INFINITY];
  for (let cut = 0; cut <= ref.length; cut++) {
    const together = head[cut]! + tail[ref.length - cut]!;
    if (together < cost) [best, cost] = [cut, together];
  }
  return best;
}

function tracedBack(
  ref: readonly string[],
  hyp: readonly string[],
  refIds: Int32Array,
  hypIds: Int32Array,
): Edit[] {
  const columns = editColumns(refIds, hypIds);
  const edits: Edit[] = [];
  let [i, j] = [ref.length, hyp.length];
  while (i > 0 || j > 0) {
    if (j === 0 || (i > 0 && isSet(columns, columns.higher, i, j))) {
      edits.push({ kind: "deletion", ref: ref[--i]! });
    } else if (i === 0 || (j > 1 && isSet(columns, columns.lower, i, j - 1))) {
      edits.push({ kind: "insertion", hyp: hyp[--j]! });
    } else {
      const kind = refIds[--i] === hypIds[--j] ? "hit" : "substitution";
      edits.push({ kind, ref: ref[i]!, hyp: hyp[j]! });
    }
  }
  return edits.reverse();
}

/** Whether the cell of the i-th unit of the reference and the j-th of the hypothesis is marked. */
function isSet({ blocks }: Columns, bits: Int32Array, i: number, j: number): boolean {
  return ((bits[(j - 1) * blocks + ((i - 1) >> 5)]! >>> ((i - 1) & 31)) & 1) === 1;
}
