import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { readSafetensors } from "../testing/safetensors.ts";
import { convertTensor, type TensorConversion } from "./tensor.ts";

const goldens = readSafetensors(readFileSync(join(goldensFolder, "quantization.safetensors")));
const types = ["BF16", "F16", "F32"] as const;

/** Little-endian values of 2 bytes. */
function halves(...values: number[]): Uint8Array {
  return new Uint8Array(Uint16Array.from(values).buffer);
}

describe("codes, scales and biases are MLX's, byte for byte", () => {
  const cases = types.flatMap((type) =>
    [32, 64, 128].flatMap((groupSize) => [4, 5, 6, 8].map((bits) => ({ type, groupSize, bits }))),
  );
  test.each(cases)("$type, groups of $groupSize, $bits bits", ({ type, groupSize, bits }) => {
    const { shape, data } = goldens.get(type)!;
    const parts = convertTensor(data, {
      type,
      to: type,
      shape,
      quantization: { bits, groupSize },
    });
    for (const [index, part] of ["weight", "scales", "biases"].entries()) {
      const golden = goldens.get(`${type}.${groupSize}.${bits}.${part}`)!;
      expect(Buffer.compare(parts[index]!, golden.data)).toBe(0);
    }
  });
});

test("scales may have another type than the weights", () => {
  const { shape, data } = goldens.get("BF16")!;
  const quantization = { bits: 4, groupSize: 64 };
  const parts = convertTensor(data, { type: "BF16", to: "F32", shape, quantization });
  const groups = shape[0]! * (shape[1]! / 64);
  expect(parts.map(({ length }) => length)).toEqual([groups * 32, groups * 4, groups * 4]);
});

test("axes are moved, values cast", () => {
  // [1, 2, 1, 2] of 1, -2, 0.5, 3 in bfloat16.
  const values = halves(0x3f80, 0xc000, 0x3f00, 0x4040);
  const conversion: TensorConversion = { type: "BF16", to: "BF16", shape: [1, 2, 1, 2] };
  expect(convertTensor(values, conversion)).toEqual([values]);
  const moved = convertTensor(values, { ...conversion, axes: [0, 2, 3, 1] });
  expect(moved).toEqual([halves(0x3f80, 0x3f00, 0xc000, 0x4040)]);
  const cast = convertTensor(values, { ...conversion, to: "F16" });
  expect(cast).toEqual([halves(0x3c00, 0xc000, 0x3800, 0x4200)]);
});

describe("refused", () => {
  const one: TensorConversion = { type: "BF16", to: "BF16", shape: [2] };
  const matrix = (columns: number, bits: number, groupSize: number): TensorConversion => ({
    type: "BF16",
    to: "BF16",
    shape: [1, columns],
    quantization: { bits, groupSize },
  });
  const cases: [string, Uint8Array, TensorConversion, "model" | "usage", string][] = [
    ["infinity", halves(0, 0x7f80), one, "model", "not finite"],
    ["minus infinity", halves(0xff80, 0), one, "model", "not finite"],
    ["NaN", halves(0, 0x7fc1), one, "model", "not finite"],
    ["too large for the new type", halves(0, 0x7f00), { ...one, to: "F16" }, "model", "F16"],
    ["fewer bytes than the shape", halves(0), one, "usage", "4 bytes"],
    ["no order of axes", halves(0, 0), { ...one, axes: [1] }, "usage", "axes"],
    ["7 bits", new Uint8Array(128), matrix(64, 7, 64), "usage", "7 bits"],
    ["groups of 16", new Uint8Array(128), matrix(64, 4, 16), "usage", "groups of 16"],
    ["part of a group", new Uint8Array(192), matrix(96, 4, 64), "usage", "whole groups"],
  ];
  test.each(cases)("%s", async (_, values, conversion, code, text) => {
    await expectAsrError(() => convertTensor(values, conversion, new Uint8Array(512)), code, text);
  });

  test("too little room", async () => {
    const room = new Uint8Array(3);
    await expectAsrError(() => convertTensor(halves(0, 0), one, room), "usage", "fit");
  });
});
