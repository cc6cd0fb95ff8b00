import { align } from "../../comparison/align.ts";
import { unitIds } from "../../comparison/unit-ids.ts";
import type { Sharing } from "../../concurrency/sharing.ts";

/** Stretches of each text, `to` not included. */
interface Range {
  given: number;
  givenEnd: number;
  heard: number;
  heardEnd: number;
}

/** So many units in a row tell where they belong if each text has them once. */
const anchorLengths = [8, 4, 3] as const;

/**
 * What has no such run and more cells than this is searched for runs that both texts have equally
 * often, as where a text says the same again and again.
 */
const manyCells = 2 ** 24;
const maxRepeats = 64;

/** More cells than this are no alignment any more: nothing of one is in the other. */
const maxCells = 2 ** 30;

/**
 * Which unit of the heard text each unit of the given one is: its index, -1 for none. In order, and
 * only units that are equal.
 *
 * Runs of units that stand once in each text are fixed first, as in a patience diff: an edit
 * distance alone would scatter a short text over a long one, at no cost. What lies between two such
 * runs is searched again, for shorter runs, and what has none is aligned by the shortest edits.
 */
export async function equalUnits(
  given: readonly string[],
  heard: readonly string[],
  sharing: Sharing,
): Promise<Int32Array> {
  const [a, b] = unitIds(given, heard);
  const matches = new Int32Array(given.length).fill(-1);
  const open: Range[] = [{ given: 0, givenEnd: a.length, heard: 0, heardEnd: b.length }];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    await sharing.rest();
    const anchors = await anchorsIn(a, b, range, sharing);
    if (anchors.length === 0) {
      alignShortest(given, heard, range, matches);
      continue;
    }
    let { given: at, heard: heardAt } = range;
    for (const [from, heardFrom, length] of anchors) {
      for (let i = 0; i < length; i++) matches[from + i] = heardFrom + i;
      open.push({ given: at, givenEnd: from, heard: heardAt, heardEnd: heardFrom });
      [at, heardAt] = [from + length, heardFrom + length];
    }
    open.push({ ...range, given: at, heard: heardAt });
  }
  return matches;
}

/** [where in the given text, where in the heard one, how many units]. */
type Anchor = [number, number, number];

/** Anchors in order, as long as equal units go on to both sides; empty where there are none. */
async function anchorsIn(
  a: Int32Array,
  b: Int32Array,
  range: Range,
  sharing: Sharing,
): Promise<Anchor[]> {
  const { given, givenEnd, heard, heardEnd } = range;
  if (givenEnd - given < 3 || heardEnd - heard < 3) return [];
  const [left, right] = [a.subarray(given, givenEnd), b.subarray(heard, heardEnd)];
  const isLarge = left.length * right.length > manyCells;
  const choices = [1, ...(isLarge ? [maxRepeats] : [])].flatMap((repeats) =>
    anchorLengths.map((length) => [length, repeats] as const),
  );
  for (const [length, repeats] of choices) {
    await sharing.rest();
    const places = commonRuns(left, right, length, repeats);
    if (places.length === 0) continue;
    const anchors: Anchor[] = [];
    let [end, heardEndSoFar] = [0, 0];
    for (const [place, heardPlace] of increasing(places)) {
      if (place < end || heardPlace < heardEndSoFar) continue;
      let [from, to] = [place, place + length];
      const shift = heardPlace - place;
      while (
        from > end &&
        from + shift > heardEndSoFar &&
        left[from - 1] === right[from - 1 + shift]
      ) {
        from--;
      }
      while (to < left.length && to + shift < right.length && left[to] === right[to + shift]) to++;
      anchors.push([given + from, heard + from + shift, to - from]);
      [end, heardEndSoFar] = [to, to + shift];
    }
    return anchors;
  }
  return [];
}

/**
 * Where runs of a length stand that both texts have equally often, and at most so often: in the
 * order of the first text, and each time in that of the other.
 */
function commonRuns(
  a: Int32Array,
  b: Int32Array,
  length: number,
  repeats: number,
): [number, number][] {
  if (a.length < length || b.length < length) return [];
  const [left, right] = runIds(a, b, length).map(placesOf) as [Places, Places];
  const found: [number, number][] = [];
  for (const [id, places] of left) {
    const others = right.get(id);
    if (places.length > repeats || places.length !== others?.length) continue;
    for (const [n, place] of places.entries()) found.push([place, others[n]!]);
  }
  return found.sort(([one], [other]) => one - other);
}

type Places = Map<number, number[]>;

function placesOf(ids: Int32Array): Places {
  const places: Places = new Map();
  for (const [index, id] of ids.entries()) {
    const known = places.get(id);
    if (known === undefined) places.set(id, [index]);
    else known.push(index);
  }
  return places;
}

/** A number for each run of `length` units, the same for equal runs of both texts. */
function runIds(a: Int32Array, b: Int32Array, length: number): [Int32Array, Int32Array] {
  const pairs = (x: Int32Array, y: Int32Array, shift: number, known: Map<number, number>) =>
    Int32Array.from({ length: Math.max(0, Math.min(x.length, y.length - shift)) }, (_, i) => {
      // Both are below 2^26, so that the pair has a number of its own.
      const pair = x[i]! * 2 ** 26 + y[i + shift]!;
      const id = known.get(pair) ?? known.size;
      known.set(pair, id);
      return id;
    });
  const joined = (x: [Int32Array, Int32Array], y: [Int32Array, Int32Array], shift: number) => {
    const known = new Map<number, number>();
    return [pairs(x[0], y[0], shift, known), pairs(x[1], y[1], shift, known)] as typeof x;
  };
  const one: [Int32Array, Int32Array] = [a, b];
  const two = joined(one, one, 1);
  if (length === 3) return joined(two, one, 2);
  const four = joined(two, two, 2);
  return length === 4 ? four : joined(four, four, 4);
}

/** The longest part of the places that goes forward in both texts. */
function increasing(places: readonly [number, number][]): [number, number][] {
  const ends: number[] = [];
  const before = new Int32Array(places.length).fill(-1);
  for (const [index, [, heard]] of places.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[ends[middle]!]![1] < heard) low = middle + 1;
      else high = middle;
    }
    before[index] = low > 0 ? ends[low - 1]! : -1;
    ends[low] = index;
  }
  const kept: [number, number][] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]!) kept.push(places[at]!);
  return kept.reverse();
}

function alignShortest(
  given: readonly string[],
  heard: readonly string[],
  range: Range,
  matches: Int32Array,
): void {
  const [left, right] = [
    given.slice(range.given, range.givenEnd),
    heard.slice(range.heard, range.heardEnd),
  ];
  if (left.length === 0 || right.length === 0 || left.length * right.length > maxCells) return;
  let [i, j] = [range.given, range.heard];
  for (const { kind } of align(left, right)) {
    if (kind === "hit") matches[i] = j;
    if (kind !== "insertion") i++;
    if (kind !== "deletion") j++;
  }
}
