// This folder: the times of words by what a decoder looked at in the audio while it wrote them.

/**
 * For each row of weights [count, width] the column that it is at, where no row is before the last
 * one: of all such ways that with the largest product of weights.
 */
export function monotonePath(rows: Float32Array, width: number): Int32Array {
  const count = rows.length / width;
  // The best way to each column, and for each row and column where it came from.
  let best = new Float64Array(width);
  const from = new Int32Array(count * width);
  for (let row = 0; row < count; row++) {
    const next = new Float64Array(width);
    let [most, at] = [Number.NEGATIVE_INFINITY, 0];
    for (let column = 0; column < width; column++) {
      if (best[column]! > most) [most, at] = [best[column]!, column];
      next[column] = most + Math.log(rows[row * width + column]! + minWeight);
      from[row * width + column] = at;
    }
    best = next;
  }
  const path = new Int32Array(count);
  let column = best.indexOf(Math.max(...best));
  for (let row = count - 1; row >= 0; row--) {
    path[row] = column;
    column = from[row * width + column]!;
  }
  return path;
}

/** A weight of nothing, as softmax in float32 gives it, is no reason to go anywhere else. */
const minWeight = 1e-6;
