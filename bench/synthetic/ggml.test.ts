import { expect, test } from "bun:test";
import { magic, whisperLargeV3, whisperParts, whisperSmall, whisperTensors } from "./ggml.ts";

const parts = whisperParts(whisperLargeV3);
const size = (all: typeof parts) => all.reduce((sum, { length }) => sum + length, 0);

test("the head is that of a large-v3 file", () => {
  const head = parts[0]!.block;
  const view = new DataView(head.buffer, head.byteOffset);
  const numbers = Array.from({ length: 14 }, (_, i) => view.getInt32(4 * i, true));
  expect(numbers).toEqual([
    magic,
    51_866, // vocabulary
    ...[1500, 1280, 20, 32], // audio: positions, width, heads, layers
    ...[448, 1280, 20, 32], // text
    128, // mel rows
    2008, // Q5_0, version 2
    ...[128, 201], // filters
  ]);
  const filters = 4 * 128 * 201;
  expect(view.getInt32(4 * 14 + filters, true)).toBe(50_257);
  expect(head.subarray(0, 4)).toEqual(new TextEncoder().encode("lmgg"));
});

test("a tensor has its header, its name and whole blocks", () => {
  const index = parts.findIndex(({ block }) => textOf(block).endsWith("decoder.ln.weight"));
  const view = new DataView(parts[index]!.block.buffer);
  const numbers = [0, 1, 2, 3].map((i) => view.getInt32(4 * i, true));
  expect(numbers).toEqual([1, "decoder.ln.weight".length, 0, 1280]);
  expect(parts[index + 1]!.length).toBe(4 * 1280);
});

test("there is a tensor for each that whisper.cpp expects", () => {
  for (const shape of [whisperSmall, whisperLargeV3]) {
    const tensors = whisperTensors(shape);
    // 15 an encoder layer, 24 a decoder layer, and 11 around them.
    expect(tensors.length).toBe(11 + (15 + 24) * shape.layers);
    expect(new Set(tensors.map(({ name }) => name)).size).toBe(tensors.length);
  }
});

test("matrices are quantized, vectors, positions and convolutions are not", () => {
  const types = new Map(whisperTensors(whisperSmall).map(({ name, type }) => [name, type]));
  expect(types.get("decoder.token_embedding.weight")).toBe("q5_0");
  expect(types.get("encoder.blocks.11.mlp.2.weight")).toBe("q5_0");
  expect(types.get("decoder.blocks.0.cross_attn.key.weight")).toBe("q5_0");
  expect(types.has("decoder.blocks.0.cross_attn.key.bias")).toBeFalse();
  expect(types.get("encoder.conv2.weight")).toBe("f16");
  expect(types.get("encoder.conv1.bias")).toBe("f32");
  expect(types.get("decoder.positional_embedding")).toBe("f32");
  expect(types.get("encoder.blocks.3.attn_ln.weight")).toBe("f32");
});

test("files are as large as the published ones", () => {
  // 1.08 GB; the difference is in the texts of the vocabulary.
  expect(size(parts) / 1e9).toBeCloseTo(1.081, 2);
  expect(size(whisperParts(whisperSmall)) / 1e6).toBeCloseTo(175, -1);
});

test("weights are finite and of the size that models begin with", () => {
  const block = parts.find((part) => part.block.length === 50_000 * 22)!.block;
  const view = new DataView(block.buffer);
  const scales = Array.from({ length: 50_000 }, (_, i) => view.getFloat16(22 * i, true));
  expect(new Set(scales).size).toBe(1);
  // (0…31 − 16) · scale deviates by 9.2 scales.
  expect(9.23 * scales[0]!).toBeCloseTo(0.02, 4);
});

function textOf(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes.subarray(0, 200));
}
