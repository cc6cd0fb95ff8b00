import { spokenNumbersAsDigits } from "../../comparison/numbers.ts";
import { keyOf, type Unit } from "./units.ts";

/** Stretches of units of both texts that are the same, or were meant to be; `to` not included. */
export interface Pair {
  given: number;
  givenTo: number;
  heard: number;
  heardTo: number;
}

/** Words that share fewer of their letters were not taken for each other. */
const minLikeness = 0.5;
/** Of so few letters, every second one is the same by chance. */
const shortWord = 3;
const minShortLikeness = 0.6;
/** So many words may be one: "one hundred and twenty three" is 123. */
const maxMerged = 6;
/** So many words of other kinds may be one. */
const maxCompound = 3;
/** Written apart or together, the letters are the same, but for a slip. */
const minCompoundLikeness = 0.75;
/** Larger gaps are not searched, in cells: the one text is not the other there. */
const maxCells = 2_500;
/** Characters of which so many in a row differ are other ones that sound alike. */
const maxAlike = 2;

/**
 * What within a gap is the same after all: spelt otherwise, misheard a little, written apart or
 * together, or a number in digits and in words. Between equal units a differing character or two of
 * a script without spaces are homophones.
 */
export function misheardPairs(
  given: readonly Unit[],
  heard: readonly Unit[],
  gap: Pair,
  language: string,
): Pair[] {
  const left = given.slice(gap.given, gap.givenTo);
  const right = heard.slice(gap.heard, gap.heardTo);
  if (left.length === 0 || right.length === 0) return [];
  const isInside = gap.given > 0 && gap.givenTo < given.length;
  if (isInside && left.length === right.length && left.length <= maxAlike) {
    const characters = [...left, ...right].every(({ isCharacter }) => isCharacter);
    if (characters) return left.map((_, n) => pairAt(gap, n, 1, n, 1));
  }
  if (left.length * right.length > maxCells) return [];
  return cheapest(left, right, gap, language);
}

function pairAt(gap: Pair, i: number, k: number, j: number, m: number): Pair {
  const [given, heard] = [gap.given + i, gap.heard + j];
  return { given, givenTo: given + k, heard, heardTo: heard + m };
}

/** One way into a cell: so many units of each text at once; 0 of one leaves the other's out. */
type Way = [number, number];

const ways: readonly Way[] = [
  [1, 1],
  ...Array.from({ length: maxMerged - 1 }, (_, n): Way => [1, n + 2]),
  ...Array.from({ length: maxMerged - 1 }, (_, n): Way => [n + 2, 1]),
];

function cheapest(
  left: readonly Unit[],
  right: readonly Unit[],
  gap: Pair,
  language: string,
): Pair[] {
  const width = right.length + 1;
  const costs = new Float64Array((left.length + 1) * width);
  const taken: Way[] = new Array(costs.length);
  for (let i = 0; i <= left.length; i++) {
    for (let j = 0; j <= right.length; j++) {
      if (i + j === 0) continue;
      let [best, way] = [Number.POSITIVE_INFINITY, [0, 0] as Way];
      const offer = (cost: number, k: number, m: number) => {
        if (cost < best) [best, way] = [cost, [k, m]];
      };
      for (const [k, m] of ways) {
        if (k > i || m > j) continue;
        const like = likeness(left.slice(i - k, i), right.slice(j - m, j), language);
        if (like > 0) offer(costs[(i - k) * width + j - m]! + (k + m) * (1 - like), k, m);
      }
      if (i > 0) offer(costs[(i - 1) * width + j]! + 1, 1, 0);
      if (j > 0) offer(costs[i * width + j - 1]! + 1, 0, 1);
      costs[i * width + j] = best;
      taken[i * width + j] = way;
    }
  }
  const pairs: Pair[] = [];
  for (let [i, j] = [left.length, right.length]; i + j > 0; ) {
    const [k, m] = taken[i * width + j]!;
    [i, j] = [i - k, j - m];
    if (k > 0 && m > 0) pairs.push(pairAt(gap, i, k, j, m));
  }
  return pairs.reverse();
}

/** How much of each other two stretches are, from `minLikeness` to 1; 0 below. */
function likeness(left: readonly Unit[], right: readonly Unit[], language: string): number {
  const number = sameNumber(left, right, language);
  if (number !== undefined) return number;
  // A number is many words; else two or three are written as one at most.
  if (left.length + right.length > 1 + maxCompound) return 0;
  const [shorter = 0, longer = 0] = [lengthOf(left), lengthOf(right)].sort((a, b) => a - b);
  if (shorter < minLikeness * longer) return 0;
  const like = 1 - editDistance(keysOf(left), keysOf(right)) / longer;
  const isCompound = left.length + right.length > 2;
  const single = shorter <= shortWord ? minShortLikeness : minLikeness;
  const least = isCompound ? minCompoundLikeness : single;
  return like >= least ? like : 0;
}

function lengthOf(units: readonly Unit[]): number {
  return units.reduce((sum, { key }) => sum + key.length, 0);
}

function keysOf(units: readonly Unit[]): string {
  return units.map(({ key }) => key).join("");
}

/** Fewest letters to change, add or take away; of words, for which a plain table is quickest. */
function editDistance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0]!;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const kept = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1);
      diagonal = row[j]!;
      row[j] = Math.min(kept, diagonal + 1, row[j - 1]! + 1);
    }
  }
  return row[b.length]!;
}

const digits = /\p{Nd}/u;
/** Nobody says a number of more letters or digits. */
const longestNumber = 200;

/**
 * Whether a number in digits is one in words, as likeness; undefined where that is not the
 * question. Only English has rules for it: elsewhere words in the place of digits are the number.
 */
function sameNumber(
  left: readonly Unit[],
  right: readonly Unit[],
  language: string,
): number | undefined {
  const hasDigits = (units: readonly Unit[]) => units.some(({ key }) => digits.test(key));
  const [first, second] = [hasDigits(left), hasDigits(right)];
  if (!first && !second) return undefined;
  if (Math.max(lengthOf(left), lengthOf(right)) > longestNumber) return 0;
  if (language === "English") {
    const value = (units: readonly Unit[]) =>
      keyOf(spokenNumbersAsDigits(units.map(({ key }) => key).join(" ")));
    return value(left) === value(right) ? 1 : 0;
  }
  if (first && second) return keysOf(left) === keysOf(right) ? 1 : 0;
  return (first ? left : right).length === 1 ? minLikeness : 0;
}
