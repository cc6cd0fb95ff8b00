import { dims, type LstmWeights } from "./tables.ts";

const { cells } = dims;
const gates = 4 * cells;

/**
 * One direction of the network over `inputs` [length, 200]; what it says of character `at` is
 * written to `outputs[at × stride + offset …]`, 50 numbers.
 */
export function lstm(
  weights: LstmWeights,
  inputs: Float64Array,
  outputs: Float64Array,
  { isBackward, stride, offset }: { isBackward: boolean; stride: number; offset: number },
): void {
  const length = inputs.length / dims.input;
  const sums = new Float64Array(gates);
  const memory = new Float64Array(cells);
  const hidden = new Float64Array(cells);
  for (let step = 0; step < length; step++) {
    const at = isBackward ? length - 1 - step : step;
    sums.set(weights.bias);
    const first = at * dims.input;
    addProduct(weights.input, inputs.subarray(first, first + dims.input), sums);
    addProduct(weights.recurrent, hidden, sums);
    for (let cell = 0; cell < cells; cell++) {
      const added = sigmoid(sums[cell]!) * Math.tanh(sums[cell + 3 * cells]!);
      memory[cell] = sigmoid(sums[cell + cells]!) * memory[cell]! + added;
      hidden[cell] = sigmoid(sums[cell + 2 * cells]!) * Math.tanh(memory[cell]!);
    }
    outputs.set(hidden, at * stride + offset);
  }
}

/**
 * Adds a matrix, column by column, times a vector. Four columns at a time, so that sums are read
 * and written less often; vectors of one type alone, for else it is compiled for neither.
 */
function addProduct(matrix: Float64Array, vector: Float64Array, sums: Float64Array): void {
  let column = 0;
  for (; column + 4 <= vector.length; column += 4) {
    const a = vector[column]!;
    const b = vector[column + 1]!;
    const c = vector[column + 2]!;
    const d = vector[column + 3]!;
    for (let row = 0, at = column * gates; row < gates; row++, at++) {
      sums[row] =
        sums[row]! +
        matrix[at]! * a +
        matrix[at + gates]! * b +
        matrix[at + 2 * gates]! * c +
        matrix[at + 3 * gates]! * d;
    }
  }
  for (; column < vector.length; column++) {
    const a = vector[column]!;
    for (let row = 0, at = column * gates; row < gates; row++, at++) {
      sums[row] = sums[row]! + matrix[at]! * a;
    }
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
