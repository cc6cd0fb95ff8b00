import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goldensFolder } from "../../ts/testing/goldens.ts";
import { readSafetensors } from "../../ts/testing/safetensors.ts";
import { promptIds } from "../../ts/text/prompt.ts";
import { Tokenizer } from "../../ts/text/tokenizer.ts";
import {
  addedTokens,
  alignerFloat,
  alignerFour,
  bestRecipe,
  fourBits,
  officialFloat,
  qwenTensors,
} from "./qwen.ts";
import { constantBfloat16, deviation, randomBfloat16, randomBytes } from "./random.ts";
import { writeTokenizer } from "./tokenizer.ts";

const tensors = qwenTensors(fourBits);

test("tensors are named as in a published 4-bit checkpoint", () => {
  const golden = readSafetensors(readFileSync(join(goldensFolder, "small-q4/model.safetensors")));
  const kinds = (names: Iterable<string>) =>
    new Set([...names].map((name) => name.replace(/\d+\./, "N.")));
  expect(kinds(tensors.map(({ name }) => name))).toEqual(kinds(golden.keys()));
  for (const { name, dtype, shape } of tensors) {
    const like = golden.get(name);
    if (like !== undefined)
      expect(`${dtype} ${shape.length}`).toBe(`${like.dtype} ${like.shape.length}`);
  }
});

test("the decoder holds 596 million weights in 4 bits", () => {
  const packed = tensors.filter(({ dtype }) => dtype === "U32");
  const weights = packed.reduce((sum, { shape: [rows, words] }) => sum + rows! * words! * 8, 0);
  expect(Math.round(weights / 1e6)).toBe(596);
  const embedding = packed.find(({ name }) => name === "model.embed_tokens.weight");
  expect(embedding?.shape).toEqual([151_936, 128]);
});

test("the encoder keeps bfloat16", () => {
  const encoder = tensors.filter(({ name }) => name.startsWith("audio_tower."));
  expect(new Set(encoder.map(({ dtype }) => dtype))).toEqual(new Set(["BF16"]));
});

test("official checkpoints have their own names and convolutions", () => {
  const all = new Map(qwenTensors(officialFloat).map((tensor) => [tensor.name, tensor]));
  const convolution = { shape: [480, 480, 3, 3], dtype: "BF16" };
  expect(all.get("thinker.audio_tower.conv2d2.weight")).toMatchObject(convolution);
  expect([...all.keys()].every((name) => name.startsWith("thinker."))).toBe(true);
});

test("the recipe has 8 bits in encoder, embedding and the first two layers", () => {
  const packed = qwenTensors(bestRecipe).filter(({ dtype }) => dtype === "U32");
  const four = packed.filter(({ bits }) => bits === 4).map(({ name }) => name);
  expect(four).toHaveLength(26 * 7);
  expect(four.every((name) => /^model\.layers\.([2-9]|1\d|2[0-7])\./.test(name))).toBe(true);
  const eight = packed.filter(({ bits }) => bits === 8).map(({ name }) => name);
  expect(eight).toContain("audio_tower.layers.17.fc2.weight");
  expect(eight).toContain("model.embed_tokens.weight");
  expect(eight).toContain("model.layers.1.mlp.down_proj.weight");
});

test("an aligner has its own head, and its embedding in 8 bits whatever the rest has", () => {
  const all = new Map(qwenTensors(alignerFour).map((tensor) => [tensor.name, tensor]));
  expect(all.get("lm_head.weight")).toMatchObject({ shape: [5000, 256], bits: 8 });
  expect(all.get("model.embed_tokens.weight")).toMatchObject({ shape: [152_064, 256], bits: 8 });
  expect(all.get("model.layers.27.mlp.up_proj.weight")).toMatchObject({ bits: 4 });
  expect(all.get("audio_tower.layers.23.fc1.weight")).toMatchObject({ shape: [4096, 1024] });
  const float = qwenTensors(alignerFloat).map(({ dtype }) => dtype);
  expect(new Set(float)).toEqual(new Set(["BF16"]));
});

test("a tokenizer of made-up words has each id, and one for each word of the prompt", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bun-asr-words-"));
  try {
    await writeTokenizer(folder, 5000, addedTokens);
    const tokenizer = await Tokenizer.load(folder);
    expect(tokenizer.size).toBe(addedTokens["<timestamp>"]! + 1);
    for (let id = 0; id < 5000; id++) expect(tokenizer.bytesOf(id)).toBeDefined();
    expect(tokenizer.decode([4998, 4999])).toMatch(/^( [a-z]+){2}$/);
    expect(promptIds(tokenizer, 130, { language: "English" }).length).toBeLessThan(130 + 20);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("random numbers repeat, and have the wanted deviation", () => {
  expect(randomBytes(9)).toEqual(randomBytes(9));
  const numbers = floatsOf(randomBfloat16(20_000));
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
  expect(mean).toBeCloseTo(0, 3);
  expect(Math.sqrt(variance)).toBeCloseTo(deviation, 3);
  expect(floatsOf(constantBfloat16(1, 3))).toEqual(Float32Array.of(1, 1, 1));
});

function floatsOf(bfloat16: Uint8Array): Float32Array {
  const halves = new Uint16Array(bfloat16.buffer, bfloat16.byteOffset, bfloat16.length / 2);
  const words = Uint32Array.from(halves, (half) => half * 65_536);
  return new Float32Array(words.buffer);
}
