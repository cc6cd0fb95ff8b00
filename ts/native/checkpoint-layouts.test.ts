import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointFolders, shards, source, whole } from "../testing/checkpoint.ts";
import { difference, goldensFolder, speech } from "../testing/goldens.ts";
import { readSafetensors, type Tensor, type Tensors } from "../testing/safetensors.ts";
import { promptIds } from "../text/prompt.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { Model } from "./model.ts";

// One checkpoint in every published layout gives the same numbers.

const folders = new CheckpointFolders();
afterAll(() => folders[Symbol.dispose]());

const quantized = join(goldensFolder, "small-q4");
const quantizedWhole = readSafetensors(readFileSync(join(quantized, "model.safetensors")));
const tokenizer = await Tokenizer.load(source);

function logitsOf(folder: string): Float32Array {
  using model = Model.open(folder, { precision: "full" });
  using session = model.session();
  session.mel(speech(16_000));
  session.prefill(promptIds(tokenizer, session.encode()));
  const logits = new Float32Array(model.info.vocabSize);
  session.read("logits", logits);
  return logits;
}

function renamed(tensors: Tensors, rename: (name: string) => string): Tensors {
  return new Map([...tensors].map(([name, tensor]) => [rename(name), tensor]));
}

const withoutPrefix = (tensors: Tensors) =>
  renamed(tensors, (name) => name.replace(/^thinker\./, ""));

const withoutHead = (tensors: Tensors) =>
  new Map([...tensors].filter(([name]) => !name.endsWith("lm_head.weight")));

/** Convolutions as MLX has them, [O, kH, kW, I] in place of [O, I, kH, kW]. */
function withMlxConvolutions(tensors: Tensors): Tensors {
  return new Map(
    [...tensors].map(([name, tensor]) => [
      name,
      tensor.shape.length === 4 ? channelsLast(tensor) : tensor,
    ]),
  );
}

function channelsLast({ dtype, shape, data }: Tensor): Tensor {
  const [outputs, inputs, height, width] = shape as [number, number, number, number];
  const area = height * width;
  const size = data.length / (outputs * inputs * area);
  const moved = new Uint8Array(data.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let k = 0; k < area; k++) {
        const from = ((o * inputs + i) * area + k) * size;
        moved.set(data.subarray(from, from + size), ((o * area + k) * inputs + i) * size);
      }
    }
  }
  return { dtype, shape: [outputs, height, width, inputs], data: moved };
}

/** bfloat16 values as float32. */
function asFloat32(tensors: Tensors): Tensors {
  return new Map(
    [...tensors].map(([name, { shape, data }]) => {
      const wide = new Uint8Array(data.length * 2);
      for (let i = 0; i < data.length; i += 2) wide.set(data.subarray(i, i + 2), 2 * i + 2);
      return [name, { dtype: "F32", shape, data: wide }];
    }),
  );
}

describe("layouts", () => {
  const reference = logitsOf(source);
  const layouts: [string, () => string][] = [
    ["one file", () => folders.single(whole)],
    ["without the prefix", () => folders.single(withoutPrefix(whole))],
    ["without the head, which is tied", () => folders.single(withoutHead(whole))],
    [
      "MLX: no prefix, no head",
      () => folders.single(withMlxConvolutions(withoutHead(withoutPrefix(whole)))),
    ],
    ["the prefix with MLX convolutions", () => folders.single(withMlxConvolutions(whole))],
    ["shards without the prefix", () => folders.sharded(shards.map(withoutPrefix))],
    ["tensors in another order", () => folders.single(new Map([...whole].reverse()))],
    ["float32", () => folders.single(asFloat32(whole))],
  ];
  test.each(layouts)("%s", (_, make) => {
    expect(difference(logitsOf(make()), reference)).toBeLessThanOrEqual(1e-5);
  });

  test("quantized weights behind the prefix", () => {
    const prefixed = renamed(quantizedWhole, (name) => `thinker.${name}`);
    const found = logitsOf(folders.single(prefixed, quantized));
    expect(difference(found, logitsOf(quantized))).toBeLessThanOrEqual(1e-5);
  });
});
