import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Model } from "../native/model.ts";
import { CheckpointFolders, source, whole } from "../testing/checkpoint.ts";
import { goldenSet, goldensFolder } from "../testing/goldens.ts";
import { compareWithOfficial } from "../testing/parity.ts";
import { readSafetensors, type Tensors } from "../testing/safetensors.ts";
import { type ConvertOptions, convertCheckpoint } from "./convert.ts";
import { type Bits, mixed, uniform } from "./recipe.ts";

const scratch = mkdtempSync(join(tmpdir(), "bun-asr-convert-"));
const folders = new CheckpointFolders();
afterAll(() => {
  rmSync(scratch, { recursive: true });
  folders[Symbol.dispose]();
});

let count = 0;

/** Converts and returns the folder. */
async function converted(options: Partial<ConvertOptions>, from = source): Promise<string> {
  const out = join(scratch, String(count++));
  const recipe = { bits: uniform(4), groupSize: 64 } as const;
  await convertCheckpoint(from, out, { recipe, ...options });
  return out;
}

function weights(folder: string): Tensors {
  const files = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
  return new Map(files.flatMap((name) => [...readSafetensors(readFileSync(join(folder, name)))]));
}

/** Compares names, types, shapes and bytes. */
function expectSameTensors(found: Tensors, expected: Tensors): void {
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { dtype, shape, data }] of found) {
    const other = expected.get(name)!;
    expect({ name, dtype, shape }).toEqual({ name, dtype: other.dtype, shape: other.shape });
    expect(Buffer.compare(data, other.data)).toBe(0);
  }
}

function config(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
}

const golden = join(goldensFolder, "small-q4");

describe("4 bits", () => {
  test("the tensors are those of the checkpoint that MLX for Python made", async () => {
    const out = await converted({});
    expectSameTensors(weights(out), weights(golden));
    expect(config(out)).toEqual(config(golden));
  });

  test("it decodes as the official model with these weights does", async () => {
    const out = await converted({});
    const set = goldenSet("small-q4");
    using model = Model.open(out, { precision: "full" });
    expect(model.info.quantizedModules).toEqual({ "4": 15 });
    for (const each of set.cases.slice(0, 4)) {
      const found = await compareWithOfficial(set, each, model);
      expect(found.logits).toBeLessThanOrEqual(set.tolerances.logits);
      expect(found.tokens).toEqual(found.officialTokens);
    }
  });

  test("the files beside the weights come along", async () => {
    const out = await converted({});
    const files = ["generation_config.json", "merges.txt", "preprocessor_config.json"];
    for (const name of [...files, "tokenizer_config.json", "vocab.json"]) {
      expect(readFileSync(join(out, name), "utf8")).toBe(readFileSync(join(source, name), "utf8"));
    }
  });
});

describe("however it is cut", () => {
  const expected = weights(golden);

  test("one row at a time", async () => {
    expectSameTensors(weights(await converted({ blockBytes: 1 })), expected);
  });

  test("blocks that do not divide the rows", async () => {
    expectSameTensors(weights(await converted({ blockBytes: 5000 })), expected);
  });

  test("into shards, with an index that names the place of each tensor", async () => {
    const out = await converted({ shardBytes: 200_000 });
    expectSameTensors(weights(out), expected);
    const index = JSON.parse(readFileSync(join(out, "model.safetensors.index.json"), "utf8"));
    const shards = new Set<string>(Object.values(index.weight_map));
    expect(shards.size).toBeGreaterThan(2);
    expect([...shards].sort()[0]).toBe(`model-00001-of-0000${shards.size}.safetensors`);
    const bytes = [...expected.values()].reduce((sum, { data }) => sum + data.length, 0);
    expect(index.metadata.total_size).toBe(bytes);
    Model.open(out).close();
  });

  test("from one file, without the prefix, with MLX's convolutions", async () => {
    const bf16 = await converted({ recipe: { bits: uniform("none"), groupSize: 64 } });
    expect(config(bf16)).toEqual(config(source));
    expectSameTensors(weights(await converted({}, bf16)), expected);
  });

  test("from files without the tied head", async () => {
    const tensors = new Map([...whole].filter(([name]) => !name.includes("lm_head")));
    expectSameTensors(weights(await converted({}, folders.single(tensors))), expected);
  });
});

describe("recipes", () => {
  const bits = (decoder: Bits, embedding: Bits, encoder: Bits) => ({ decoder, embedding, encoder });
  const cases: [string, ReturnType<typeof bits>, Record<string, number>][] = [
    ["5 bits", uniform(5), { "5": 15 }],
    ["6 bits", uniform(6), { "6": 15 }],
    ["8 bits", uniform(8), { "8": 15 }],
    ["mixed", mixed, { "4": 14, "8": 16 }],
    ["all different", bits(5, 6, 8), { "5": 14, "6": 1, "8": 15 }],
    ["the encoder alone", bits("none", "none", 8), { "8": 15 }],
    ["nothing", uniform("none"), {}],
  ];
  test.each(cases)("%s", async (_, bits, modules) => {
    const out = await converted({ recipe: { bits, groupSize: 64 } });
    using model = Model.open(out, { precision: "full" });
    expect(model.info.quantizedModules).toEqual(modules);
    const tensors = weights(out);
    const entry = Object(config(out)["quantization"]);
    for (const name of tensors.keys()) {
      if (!name.endsWith(".scales")) continue;
      const module = name.replace(".scales", "");
      const [words, groups] = [`${module}.weight`, name].map((it) => tensors.get(it)!.shape[1]!);
      const { bits, group_size, mode } = entry[module] ?? entry;
      expect([mode, group_size, (words! * 32) / (groups! * 64)]).toEqual(["affine", 64, bits]);
    }
  });

  test("a quantized model names its usual bits once, and the exceptions", async () => {
    const entry = config(await converted({ recipe: { bits: mixed, groupSize: 64 } }))[
      "quantization"
    ];
    expect(entry).toMatchObject({
      group_size: 64,
      bits: 4,
      mode: "affine",
      "model.embed_tokens": { group_size: 64, bits: 8, mode: "affine" },
      "audio_tower.layers.0.fc1": { group_size: 64, bits: 8, mode: "affine" },
    });
    expect(Object.keys(Object(entry))).toHaveLength(3 + 16);
  });

  test("another type", async () => {
    const dtype = "F16" as const;
    const out = await converted({ recipe: { bits: uniform(4), groupSize: 64, dtype } });
    const types = new Set([...weights(out).values()].map((tensor) => tensor.dtype));
    expect(types).toEqual(new Set(["U32", "F16"]));
    expect(config(out)["thinker_config"]).toMatchObject({ dtype: "float16" });
    using model = Model.open(out);
    expect(model.info.quantizedModules).toEqual({ "4": 15 });
  });

  test("rows that are no whole groups stay float, and are named", async () => {
    const out = join(scratch, "groups");
    const recipe = { bits: uniform(4), groupSize: 128 } as const;
    const { leftFloat } = await convertCheckpoint(source, out, { recipe });
    expect(leftFloat).toContain("model.embed_tokens.weight");
    using model = Model.open(out);
    expect(model.info.quantizedModules).toEqual({ "4": 4 });
  });
});

test("the checksum is the file's, progress goes from 0 to 1", async () => {
  const out = join(scratch, "told");
  const recipe = { bits: uniform(4), groupSize: 64 } as const;
  const shares: number[] = [];
  const onProgress = (share: number) => shares.push(share);
  const { files, bytes } = await convertCheckpoint(source, out, { recipe, onProgress });
  const content = readFileSync(join(out, "model.safetensors"));
  const sha256 = new Bun.CryptoHasher("sha256").update(content).digest("hex");
  expect(files).toEqual([{ name: "model.safetensors", sha256 }]);
  expect(content.length).toBeGreaterThan(bytes);
  expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
});
