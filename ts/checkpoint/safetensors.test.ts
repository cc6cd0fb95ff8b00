import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layOut } from "../convert/safetensors.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { readHeader, type TensorForm } from "./safetensors.ts";

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

test("a laid out file reads back, larger elements first and aligned", () => {
  const { head, offsets, size } = layOut(forms, { format: "mlx" });
  writeFileSync(path, Buffer.concat([head, new Uint8Array(size - head.length)]));
  const { tensors: found, metadata } = readHeader(path);
  expect(metadata).toEqual({ format: "mlx" });
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

/** A file with this header and four bytes of data. */
function write(json: string): void {
  const bytes = new TextEncoder().encode(json);
  const length = new Uint8Array(new BigUint64Array([BigInt(bytes.length)]).buffer);
  writeFileSync(path, Buffer.concat([length, bytes, new Uint8Array(4)]));
}

const entryText = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';

describe("what other readers take is taken", () => {
  const cases: [string, string][] = [
    ["no metadata at all", `{"x":${entryText}}`],
    ["metadata that is null", `{"__metadata__":null,"x":${entryText}}`],
    ["space before and behind the object", ` \n\t{"x":${entryText}}  `],
  ];
  test.each(cases)("%s", (_, json) => {
    write(json);
    const { tensors, metadata } = readHeader(path);
    expect([...tensors.keys()]).toEqual(["x"]);
    expect(metadata).toEqual({});
  });
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
    ["the same entry twice", `{"x":${entryText},"x":${entryText}}`, "the name x stands twice"],
    ["a name in two spellings", `{"x":${entryText},"\\u0078":${entryText}}`, "stands twice"],
    ["a field twice", '{"x":{"dtype":"F32","dtype":"F32"}}', "the name dtype stands twice"],
    ["metadata twice", '{"__metadata__":{},"__metadata__":{}}', "stands twice"],
    ["metadata that is a list", header({ __metadata__: [1] }), "__metadata__"],
    ["metadata that is a text", header({ __metadata__: "pt" }), "__metadata__"],
    ["a number in the metadata", header({ __metadata__: { a: 1 } }), "__metadata__"],
    ["an offset of -0", `{"x":${entryText.replace("[0", "[-0")}}`, "not written as a whole one"],
    ["an extent of 1.0", '{"x":{"dtype":"U8","shape":[1.0]}}', "not written as a whole one"],
    ["an extent of 1e0", '{"x":{"dtype":"U8","shape":[1e0]}}', "not written as a whole one"],
    [
      "half a surrogate pair",
      `{"x":${entryText.replace("}", ',"y":"\\ud800"}')}}`,
      "surrogate pair",
    ],
    ["65 levels", `${"[".repeat(65)}${"]".repeat(65)}`, "nested deeper than 64"],
    ["too much data", header({ x: entry("U8", [1], [0, 1]) }), "3 bytes after"],
  ];
  test.each(cases)("%s", async (_, json, text) => {
    write(String(json));
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
