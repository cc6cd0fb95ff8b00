import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { readSafetensors } from "../testing/safetensors.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import type { FloatType } from "./safetensors.ts";
import { convertTensor, type Quantization, type Quantizer } from "./tensor.ts";

// The quantizer that searches, against MLX's: what its codes, scales and biases stand for.

/** Weights as a file holds them, and as numbers. */
interface Matrix {
  type: FloatType;
  shape: [number, number];
  data: Uint8Array;
}

function numbers(type: FloatType, bytes: Uint8Array): Float32Array {
  const copy = Uint8Array.from(bytes).buffer;
  if (type === "F32") return new Float32Array(copy);
  if (type === "F16") return Float32Array.from(new Float16Array(copy));
  const words = Uint32Array.from(new Uint16Array(copy), (half) => half << 16);
  return new Float32Array(words.buffer);
}

function bfloat16(values: Float32Array, shape: [number, number]): Matrix {
  const words = new Uint32Array(values.buffer);
  const data = new Uint8Array(Uint16Array.from(words, (word) => word >>> 16).buffer);
  return { type: "BF16", shape, data };
}

function quantized({ type, shape, data }: Matrix, quantization: Quantization): Uint8Array[] {
  return convertTensor(data, { type, to: type, shape, quantization });
}

/** The sum of squared errors of each group, by column importance where it is given. */
function errors(matrix: Matrix, quantization: Quantization, importance?: readonly number[]) {
  const { type, shape, data } = matrix;
  const { bits, groupSize } = quantization;
  const [packed, scales, biases] = quantized(matrix, quantization);
  const words = new Uint32Array(Uint8Array.from(packed!).buffer);
  const [scale, bias] = [numbers(type, scales!), numbers(type, biases!)];
  const weights = numbers(type, data);
  const sums = new Float64Array(scale.length);
  for (const [index, weight] of weights.entries()) {
    const at = index * bits;
    const [word, shift] = [Math.floor(at / 32), at % 32];
    const pair = BigInt(words[word]!) | (BigInt(words[word + 1] ?? 0) << 32n);
    const code = Number((pair >> BigInt(shift)) & BigInt(2 ** bits - 1));
    const group = Math.floor(index / groupSize);
    const miss = weight - (code * scale[group]! + bias[group]!);
    sums[group]! += miss * miss * (importance?.[index % shape[1]] ?? 1);
  }
  return sums;
}

function rms(sums: Float64Array): number {
  return Math.sqrt(sums.reduce((total, sum) => total + sum, 0));
}

/** Sums of uniform numbers, which are close to normal. */
function normal(rows: number, columns: number): Matrix {
  const next = seededRandom(7);
  const sum = () => Array.from({ length: 12 }, next).reduce((total, each) => total + each, -6);
  return bfloat16(
    Float32Array.from({ length: rows * columns }, () => sum() * 0.02),
    [rows, columns],
  );
}

const goldens = readSafetensors(readFileSync(join(goldensFolder, "quantization.safetensors")));

describe("no group has a larger error than MLX's", () => {
  const cases = (["BF16", "F16", "F32"] as const).flatMap((type) =>
    [32, 64, 128].flatMap((groupSize) => [4, 5, 6, 8].map((bits) => ({ type, groupSize, bits }))),
  );
  test.each(cases)("$type, groups of $groupSize, $bits bits", ({ type, groupSize, bits }) => {
    const { shape, data } = goldens.get(type)!;
    const matrix: Matrix = { type, shape: [shape[0]!, shape[1]!], data };
    const mlx = errors(matrix, { bits, groupSize });
    const search = errors(matrix, { bits, groupSize, quantizer: "search" });
    for (const [group, error] of search.entries()) {
      // The search compares sums in float32.
      expect(error).toBeLessThanOrEqual(mlx[group]! * (1 + 1e-5));
    }
    expect(rms(search)).toBeLessThan(rms(mlx));
  });
});

describe("on normal weights in bfloat16", () => {
  const matrix = normal(64, 1024);
  test.each([
    [4, 0.9],
    [5, 0.92],
    [6, 0.93],
    [8, 0.8],
  ])("with %d bits the error is below %d of MLX's", (bits, share) => {
    const of = (quantizer: Quantizer) => rms(errors(matrix, { bits, groupSize: 64, quantizer }));
    expect(of("search") / of("mlx")).toBeLessThan(share);
  });
});

test("the same weights give the same bytes, in whatever blocks they come", () => {
  const { data, shape } = normal(8, 256);
  const quantization = { bits: 4, groupSize: 64, quantizer: "search" } as const;
  const whole = quantized({ type: "BF16", shape, data }, quantization);
  const rows = [0, 1, 2, 3, 4, 5, 6, 7].map((row) =>
    quantized(
      { type: "BF16", shape: [1, 256], data: data.subarray(row * 512, (row + 1) * 512) },
      quantization,
    ),
  );
  for (const [part, bytes] of whole.entries()) {
    expect(Buffer.concat(rows.map((parts) => parts[part]!)).equals(bytes)).toBe(true);
  }
});

describe("groups that have an exact form keep it", () => {
  const cases: [string, (index: number) => number][] = [
    ["zeros", () => 0],
    ["one value", () => 0.375],
    ["a tiny value", () => 2 ** -100],
    ["two values", (index) => (index % 2 === 0 ? -0.25 : 0.6875)],
    ["sixteen levels", (index) => (index % 16) / 64 - 0.125],
    ["sixteen levels above zero", (index) => (index % 16) / 16 + 1],
  ];
  test.each(cases)("%s", (_, value) => {
    const matrix = bfloat16(
      Float32Array.from({ length: 64 }, (_, index) => value(index)),
      [1, 64],
    );
    const sums = errors(matrix, { bits: 4, groupSize: 64, quantizer: "search" });
    expect(rms(sums)).toBeLessThan(1e-9);
  });
});

describe("importance", () => {
  const matrix = normal(32, 256);
  const importance = Array.from({ length: 256 }, (_, column) => (column % 8 === 0 ? 100 : 1));
  const search = { bits: 4, groupSize: 64, quantizer: "search" } as const;

  test("what counts more is missed less, by the measure that was asked for", () => {
    const weighed = rms(errors(matrix, { ...search, importance }, importance));
    const plain = errors(matrix, search);
    expect(weighed).toBeLessThan(0.85 * rms(errors(matrix, search, importance)));
    const other = errors(matrix, { ...search, importance });
    expect(rms(other)).toBeGreaterThan(rms(plain));
  });

  test("the same for all columns changes nothing", () => {
    const even = quantized(matrix, { ...search, importance: Array(256).fill(2) });
    for (const [part, bytes] of quantized(matrix, search).entries()) {
      expect(Buffer.compare(even[part]!, bytes)).toBe(0);
    }
  });

  test.each<[string, Quantization, string]>([
    ["one too few", { ...search, importance: Array(255).fill(1) }, "256"],
    ["none", { ...search, importance: [] }, "256"],
    ["zero", { ...search, importance: Array(256).fill(0) }, "above 0"],
    ["negative", { ...search, importance: Array(256).fill(-1) }, "above 0"],
    ["for MLX", { bits: 4, groupSize: 64, importance: Array(256).fill(1) }, "search"],
  ])("%s is refused", async (_, quantization, text) => {
    await expectAsrError(() => quantized(matrix, quantization), "usage", text);
  });
});
