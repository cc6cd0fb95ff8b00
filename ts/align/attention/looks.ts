/** A place that a token may be at, and how much speaks for it. */
export interface Look {
  /** In seconds from the start of the audio. */
  place: number;
  /** Logarithm of its weight. */
  weight: number;
}

/** So many places of a token are considered, those with the largest weights. */
const placesOfToken = 32;
/** Neighbours on each side that tell where between the columns the place is. */
const neighbours = 2;
/** A weight that is nothing, so that its logarithm is a number: less does not tell more. */
const nothing = 1e-3;
/** Weights that are read at once: 16 MB. */
const weightsAtOnce = 1 << 22;

/** Columns that stand for a second of audio, and the seconds that each of them stands for. */
const columns = { inSecond: 13, seconds: 0.08 };

/**
 * The places that each of some tokens looked at, in the order of time. The rows are read in parts,
 * so that long answers on long audio do not lie in memory as a whole. `move` says which place is
 * meant by a place that is looked at.
 */
export function placesLookedAt(
  tokens: readonly number[],
  rows: (from: number, to: number) => Float32Array,
  move: (place: number) => number,
): Look[][] {
  const looks: Look[][] = [];
  let atOnce = 1;
  for (let next = 0; next < tokens.length; ) {
    const first = tokens[next]!;
    const past = Math.min(first + atOnce, tokens.at(-1)! + 1);
    const some = rows(first, past);
    const width = some.length / (past - first);
    for (; next < tokens.length && tokens[next]! < past; next++) {
      const begin = (tokens[next]! - first) * width;
      looks.push(looksOf(some.subarray(begin, begin + width), move));
    }
    atOnce = Math.max(1, Math.floor(weightsAtOnce / width));
  }
  return looks;
}

function looksOf(given: Float32Array, move: (place: number) => number): Look[] {
  // Numbers that are none tell nothing.
  const row = given.map((weight) => (weight > 0 && weight < Number.POSITIVE_INFINITY ? weight : 0));
  return largest(row, placesOfToken).map((column) => ({
    place: move(placeAround(row, column)),
    weight: Math.log(row[column]! + nothing),
  }));
}

/** The columns of the largest weights, in ascending order. */
function largest(row: Float32Array, count: number): number[] {
  // From the smallest of them on.
  const found: number[] = [];
  for (let column = 0; column < row.length; column++) {
    const weight = row[column]!;
    if (found.length === count) {
      if (weight <= row[found[0]!]!) continue;
      found.shift();
    }
    let place = found.length;
    while (place > 0 && row[found[place - 1]!]! > weight) place--;
    found.splice(place, 0, column);
  }
  return found.sort((a, b) => a - b);
}

/** The centre of mass of a column and its neighbours, in seconds. */
function placeAround(row: Float32Array, column: number): number {
  let [sum, mass] = [0, 0];
  const last = Math.min(row.length - 1, column + neighbours);
  for (let near = Math.max(0, column - neighbours); near <= last; near++) {
    sum += row[near]! * secondsAt(near);
    mass += row[near]!;
  }
  return mass > 0 ? sum / mass : secondsAt(column);
}

/** Where the middle of what a column stands for lies: each second begins anew. */
function secondsAt(column: number): number {
  const { inSecond, seconds } = columns;
  return Math.floor(column / inSecond) + (column % inSecond) * seconds;
}
