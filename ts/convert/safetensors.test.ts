import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { layOut, readHeader, type TensorForm } from "./safetensors.ts";

const folder = mkdtempSync(join(tmpdir(), "bun-asr-safetensors-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, "x.safetensors");

const forms = new Map<string, TensorForm>([
  ["b.scales", { dtype: "BF16", shape: [3] }],
  ["b.weight", { dtype: "U32", shape: [3, 5] }],
  ["a.weight", { dtype: "U32", shape: [2, 1] }],
  ["scalar", { dtype: "F16", shape: [] }],
  ["none", { dtype: "F32", shape: [0, 7] }],
]);

test("a laid out file reads back, larger elements first and aligned", async () => {
  const { head, offsets, size } = layOut(forms, { format: "mlx" });
  writeFileSync(path, Buffer.concat([head, new Uint8Array(size - head.length)]));
  const found = await readHeader(path);
  expect([...offsets.keys()]).toEqual(["a.weight", "b.weight", "none", "b.scales", "scalar"]);
  expect(head.length % 8).toBe(0);
  for (const [name, { dtype, shape, offset }] of found) {
    expect({ dtype, shape }).toEqual(forms.get(name)!);
    expect(offset).toBe(offsets.get(name)!);
    expect(offset % (dtype === "U32" ? 4 : 2)).toBe(0);
  }
  expect(found.size).toBe(forms.size);
  expect(size).toBe(head.length + 60 + 8 + 6 + 2);
});

describe("a broken file is refused, by name", () => {
  const entry = (dtype: unknown, shape: unknown, offsets: unknown) => ({
    dtype,
    shape,
    data_offsets: offsets,
  });
  const header = (tensors: object) => JSON.stringify(tensors);
  const good = entry("F32", [1], [0, 4]);
  const cases: [string, string | object, string][] = [
    ["a list", "[1, 2]", "not a JSON object"],
    ["no object", "7", "not a JSON object"],
    ["no JSON", "{nope", "not a JSON object"],
    ["an entry that is null", header({ x: null }), "unknown type"],
    ["an unknown type", header({ x: entry("F4", [1], [0, 4]) }), "unknown type F4"],
    ["a negative extent", header({ x: entry("F32", [-1], [0, 4]) }), "malformed"],
    ["one offset", header({ x: entry("F32", [1], [4]) }), "malformed"],
    ["a wrong size", header({ x: entry("F32", [2], [0, 4]) }), "wrong size"],
    ["2^80 elements", header({ x: entry("F32", [2 ** 40, 2 ** 40], [0, 4]) }), "wrong size"],
    ["a gap", header({ x: entry("U8", [3], [1, 4]) }), "gap"],
    ["an overlap", header({ x: good, y: good }), "overlap"],
    ["too little data", header({ x: entry("F32", [2], [0, 8]) }), "4 of"],
    ["too much data", header({ x: entry("U8", [1], [0, 1]) }), "3 bytes after"],
  ];
  test.each(cases)("%s", async (_, json, text) => {
    const bytes = new TextEncoder().encode(String(json));
    const length = new Uint8Array(new BigUint64Array([BigInt(bytes.length)]).buffer);
    writeFileSync(path, Buffer.concat([length, bytes, new Uint8Array(4)]));
    await expectAsrError(() => readHeader(path), "model", path, text);
  });

  const heads: [string, bigint, string][] = [
    ["a header beyond the end", 50n, "inside its header"],
    ["a header of 2^64 - 1 bytes", 2n ** 64n - 1n, "claims"],
  ];
  test.each(heads)("%s", async (_, length, text) => {
    writeFileSync(path, new Uint8Array(new BigUint64Array([length, 0n]).buffer));
    await expectAsrError(() => readHeader(path), "model", path, text);
  });

  test("an empty file, no file, a folder", async () => {
    writeFileSync(path, "");
    await expectAsrError(() => readHeader(path), "model", path, "inside its header");
    const missing = join(folder, "missing");
    await expectAsrError(() => readHeader(missing), "model", missing, "is missing");
    await expectAsrError(() => readHeader(folder), "model", folder, "not a file");
  });
});
