import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointFolders, shards, source, whole } from "../testing/checkpoint.ts";
import { logitsOf } from "../testing/first-logits.ts";
import { difference, goldensFolder } from "../testing/goldens.ts";
import {
  readSafetensors,
  type Tensor,
  type Tensors,
  writeSafetensors,
} from "../testing/safetensors.ts";
import { Model } from "./model.ts";

// One checkpoint in every published layout gives the same numbers.

const folders = new CheckpointFolders();
afterAll(() => folders[Symbol.dispose]());

const quantized = join(goldensFolder, "small-q4");
const quantizedWhole = readSafetensors(readFileSync(join(quantized, "model.safetensors")));

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

/** Names as transformers 5 has them. */
const transformersNames = (tensors: Tensors) =>
  renamed(tensors, (name) =>
    name
      .replace(/^thinker\.audio_tower\.proj([12])\./, "model.multi_modal_projector.linear_$1.")
      .replace(/^thinker\.audio_tower\./, "model.audio_tower.")
      .replace(/^thinker\.model\./, "model.language_model.")
      .replace(/^thinker\.lm_head\./, "lm_head."),
  );

/** The same without the outer module, as a model without its head is saved. */
const innerNames = (tensors: Tensors) =>
  renamed(withoutHead(transformersNames(tensors)), (name) => name.replace(/^model\./, ""));

/** The configuration as transformers 5 writes it, with either of its names for the encoder. */
function transformersConfig(named: "hidden_size" | "d_model"): string {
  const config = JSON.parse(readFileSync(join(source, "config.json"), "utf8"));
  const { audio_config: audio, text_config: text, ...thinker } = config.thinker_config;
  const { rope_theta: theta, rope_scaling: _, tie_word_embeddings: tied, ...decoder } = text;
  const { d_model: width, encoder_layers: layers, encoder_attention_heads: heads, ...rest } = audio;
  const { encoder_ffn_dim: inner, num_hidden_layers: __, ...others } = rest;
  const sizes =
    named === "d_model"
      ? {
          d_model: width,
          encoder_layers: layers,
          encoder_attention_heads: heads,
          encoder_ffn_dim: inner,
        }
      : {
          hidden_size: width,
          num_hidden_layers: layers,
          num_attention_heads: heads,
          num_key_value_heads: heads,
          intermediate_size: inner,
        };
  return JSON.stringify({
    ...thinker,
    model_type: "qwen3_asr",
    audio_config: { ...others, ...sizes, model_type: "qwen3_asr_encoder" },
    text_config: {
      ...decoder,
      model_type: "qwen3",
      rope_parameters: { rope_theta: theta, rope_type: "default" },
    },
    tie_word_embeddings: tied,
  });
}

describe("the layout of transformers 5 gives the official numbers, bit for bit", () => {
  const reference = logitsOf(source);
  const file = "model.safetensors";
  const layouts: [string, Tensors, "hidden_size" | "d_model"][] = [
    ["as it is published", transformersNames(whole), "hidden_size"],
    ["as newer versions save it", transformersNames(whole), "d_model"],
    ["without the tied head", withoutHead(transformersNames(whole)), "d_model"],
    ["without the outer module", innerNames(whole), "hidden_size"],
  ];
  test.each(layouts)("%s", (_, tensors, named) => {
    const files = { [file]: writeSafetensors(tensors), "config.json": transformersConfig(named) };
    expect(difference(logitsOf(folders.with(files)), reference)).toBe(0);
  });

  test("beside the tensors of a router and of LoRA, which are said to be ignored", () => {
    const tensors = transformersNames(whole);
    const other = whole.get("thinker.model.norm.weight")!;
    for (const name of ["q_proj.lora_A.weight", "q_proj.lora_B.weight"]) {
      tensors.set(`base_model.model.thinker.model.layers.0.self_attn.${name}`, other);
    }
    tensors.set("router.classifier.weight", other);
    const folder = folders.with({
      [file]: writeSafetensors(tensors),
      "router.safetensors": writeSafetensors(new Map([["model.norm.weight", other]])),
      "config.json": transformersConfig("d_model"),
    });
    expect(difference(logitsOf(folder), reference)).toBe(0);
    using model = Model.open(folder);
    expect(model.info.ignoredTensors).toEqual({ lora: 2, router: 2 });
    expect(model.info.notes.join()).toContain("a router and LoRA changes that are not merged");
  });
});

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
