import { expect, test } from "bun:test";
import { decodeNpy, encodeNpy } from "./npy.ts";

test("arrays come back as they were written, under an aligned header", () => {
  for (const shape of [[6], [2, 3], [1, 2, 3]]) {
    const floats = new Float32Array([1, -2, 3.5, 0, 1e-20, 6]);
    const bytes = encodeNpy(floats, shape);
    expect((bytes.length - floats.byteLength) % 64).toBe(0);
    expect(decodeNpy(bytes, "x.npy")).toEqual({ shape, data: floats });
  }
  const integers = new Int32Array([7, -8]);
  expect(decodeNpy(encodeNpy(integers, [2]), "x.npy").data).toEqual(integers);
});

test("a header says what NumPy says", () => {
  const text = new TextDecoder("latin1").decode(
    encodeNpy(new Float32Array(4), [4]).subarray(10, 70),
  );
  expect(text).toStartWith("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }");
});
