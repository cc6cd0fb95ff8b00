import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Model } from "./model.ts";
import { promptIds } from "./prompt.ts";
import { expectAsrError } from "./testing/expect-error.ts";
import { difference, goldensFolder, speech } from "./testing/goldens.ts";
import {
  type Header,
  readSafetensors,
  type Tensor,
  type Tensors,
  writeSafetensors,
} from "./testing/safetensors.ts";
import { Tokenizer } from "./tokenizer.ts";

// One checkpoint in every published layout gives the same numbers; a broken one is named, never half loaded.

const source = join(goldensFolder, "small");
const quantized = join(goldensFolder, "small-q4");
const shardNames = [1, 2].map((shard) => `model-0000${shard}-of-00002.safetensors`);
const jsonNames = ["config.json", "generation_config.json"];

const shards = shardNames.map((name) => readSafetensors(readFileSync(join(source, name))));
const whole: Tensors = new Map(shards.flatMap((tensors) => [...tensors]));
const quantizedWhole = readSafetensors(readFileSync(join(quantized, "model.safetensors")));
const tokenizer = await Tokenizer.load(source);

let scratch = "";
let folders = 0;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "bun-asr-checkpoint-"));
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** A checkpoint folder with the configuration of `from` and these files. */
function folderWith(files: Record<string, string | Uint8Array>, from = source): string {
  const folder = join(scratch, String(folders++));
  mkdirSync(folder);
  for (const name of jsonNames) copyFileSync(join(from, name), join(folder, name));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

function single(tensors: Tensors, from = source): string {
  return folderWith({ "model.safetensors": writeSafetensors(tensors) }, from);
}

function sharded(parts: Tensors[]): string {
  const files: Record<string, string | Uint8Array> = {};
  const map: Record<string, string> = {};
  for (const [i, tensors] of parts.entries()) {
    files[shardNames[i]!] = writeSafetensors(tensors);
    for (const name of tensors.keys()) map[name] = shardNames[i]!;
  }
  files["model.safetensors.index.json"] = JSON.stringify({ metadata: {}, weight_map: map });
  return folderWith(files);
}

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
    ["one file", () => single(whole)],
    ["without the prefix", () => single(withoutPrefix(whole))],
    ["without the head, which is tied", () => single(withoutHead(whole))],
    [
      "MLX: no prefix, no head",
      () => single(withMlxConvolutions(withoutHead(withoutPrefix(whole)))),
    ],
    ["the prefix with MLX convolutions", () => single(withMlxConvolutions(whole))],
    ["shards without the prefix", () => sharded(shards.map(withoutPrefix))],
    ["tensors in another order", () => single(new Map([...whole].reverse()))],
    ["float32", () => single(asFloat32(whole))],
  ];
  test.each(layouts)("%s", (_, make) => {
    expect(difference(logitsOf(make()), reference)).toBeLessThanOrEqual(1e-5);
  });

  test("quantized weights behind the prefix", () => {
    const prefixed = renamed(quantizedWhole, (name) => `thinker.${name}`);
    const found = logitsOf(single(prefixed, quantized));
    expect(difference(found, logitsOf(quantized))).toBeLessThanOrEqual(1e-5);
  });
});

const norm = "thinker.model.norm.weight";
const good = writeSafetensors(whole);

function changed(change: (header: Header) => void): string {
  return folderWith({ "model.safetensors": writeSafetensors(whole, change) });
}

function withTensor(name: string, tensor: Tensor | undefined): string {
  const tensors = new Map(whole);
  if (tensor === undefined) tensors.delete(name);
  else tensors.set(name, tensor);
  return single(tensors);
}

function withLength(length: bigint): string {
  const bytes = good.slice();
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(0, length, true);
  return folderWith({ "model.safetensors": bytes });
}

describe("broken weights are refused, by file and tensor", () => {
  const file = "model.safetensors";
  const cases: [string, () => string, ...string[]][] = [
    ["no weights", () => folderWith({}), "safetensors"],
    ["an empty file", () => folderWith({ [file]: "" }), file],
    ["seven bytes", () => folderWith({ [file]: "1234567" }), file],
    ["text", () => folderWith({ [file]: "version https://git-lfs example" }), file],
    ["a header of 2^63 bytes", () => withLength(2n ** 63n), file],
    ["a header of 2^64 - 1 bytes", () => withLength(2n ** 64n - 1n), file],
    ["a header longer than the file", () => withLength(BigInt(good.length)), file],
    ["a header of no bytes", () => withLength(0n), file],
    ["one byte missing", () => folderWith({ [file]: good.slice(0, -1) }), file],
    ["half of it missing", () => folderWith({ [file]: good.slice(0, good.length / 2) }), file],
    [
      "bytes after the end",
      () => folderWith({ [file]: Buffer.concat([good, good.slice(0, 8)]) }),
      file,
    ],
    [
      "overlapping offsets",
      () =>
        changed((header) => {
          const entry = header[norm]!;
          entry.data_offsets = entry.data_offsets.map((offset) => offset - 2);
        }),
      file,
    ],
    [
      "offsets beyond the end",
      () =>
        changed((header) => {
          const entry = header[norm]!;
          entry.data_offsets = entry.data_offsets.map((offset) => offset + 2 ** 40);
        }),
      file,
    ],
    ["offsets backwards", () => changed((header) => header[norm]!.data_offsets.reverse()), file],
    [
      "a negative offset",
      () => {
        return changed((header) => {
          header[norm]!.data_offsets[0] = -384;
        });
      },
      file,
    ],
    [
      "a shape that overflows",
      () =>
        changed((header) => {
          header[norm]!.shape = [2 ** 33, 2 ** 33];
        }),
      file,
    ],
    [
      "a shape that does not fit the bytes",
      () =>
        changed((header) => {
          header[norm]!.shape = [191];
        }),
      norm,
    ],
    [
      "an unknown dtype",
      () =>
        changed((header) => {
          header[norm]!.dtype = "Q7";
        }),
      file,
    ],
    [
      "integers where floats belong",
      () => withTensor(norm, { dtype: "I16", shape: [192], data: new Uint8Array(384) }),
      "model.norm.weight",
    ],
    [
      "the wrong shape",
      () => withTensor(norm, { dtype: "BF16", shape: [96], data: new Uint8Array(192) }),
      "model.norm.weight",
    ],
    ["a missing tensor", () => withTensor(norm, undefined), "model.norm.weight"],
    [
      "an extra tensor",
      () => withTensor("thinker.model.extra.weight", whole.get(norm)),
      "model.extra.weight",
    ],
    ["a shard that is absent", () => shardsWithout(1), shardNames[1]!],
    ["a shard that is cut", () => shardsWithout(1, 1000), shardNames[1]!],
  ];
  test.each(cases)("%s", (_, make, ...texts) => {
    const folder = make();
    return expectAsrError(() => Model.open(folder), "model", ...texts);
  });
});

/** The source in shards, one of them absent or cut to its first bytes. */
function shardsWithout(index: number, length = 0): string {
  const name = shardNames[index]!;
  const folder = sharded(shards);
  rmSync(join(folder, name));
  if (length > 0)
    writeFileSync(join(folder, name), writeSafetensors(shards[index]!).slice(0, length));
  return folder;
}

describe("a broken config.json is refused, by name", () => {
  const config = JSON.parse(readFileSync(join(source, "config.json"), "utf8"));
  type Section = Record<string, unknown>;
  type Config = { thinker_config: { text_config: Section; audio_config: Section } };
  type Change = (config: Config) => void;
  const text = (change: (text: Section) => void): Change => {
    return (config) => change(config.thinker_config.text_config);
  };
  const audio = (change: (audio: Section) => void): Change => {
    return (config) => change(config.thinker_config.audio_config);
  };

  function withConfig(content: string): string {
    return folderWith({ "model.safetensors": good, "config.json": content });
  }

  const changes: [string, Change][] = [
    ["no thinker_config", (config) => Reflect.deleteProperty(config, "thinker_config")],
    ["no layers", text((text) => Reflect.deleteProperty(text, "num_hidden_layers"))],
    ["a billion layers", text((text) => Object.assign(text, { num_hidden_layers: 1e9 }))],
    ["negative width", text((text) => Object.assign(text, { hidden_size: -192 }))],
    ["zero heads", text((text) => Object.assign(text, { num_attention_heads: 0 }))],
    ["heads that do not divide", text((text) => Object.assign(text, { num_key_value_heads: 3 }))],
    ["a fraction of a width", text((text) => Object.assign(text, { hidden_size: 192.5 }))],
    ["a word for a number", text((text) => Object.assign(text, { vocab_size: "many" }))],
    ["another vocabulary", text((text) => Object.assign(text, { vocab_size: 403 }))],
    ["2^62 words", text((text) => Object.assign(text, { vocab_size: 2 ** 62 }))],
    ["another audio width", audio((audio) => Object.assign(audio, { d_model: 64 }))],
    ["no windows", audio((audio) => Object.assign(audio, { n_window: 0 }))],
    ["zero audio heads", audio((audio) => Object.assign(audio, { encoder_attention_heads: 0 }))],
    ["80 mel bins", audio((audio) => Object.assign(audio, { num_mel_bins: 80 }))],
  ];
  test.each(changes)("%s", (_, change) => {
    const changedConfig = structuredClone(config);
    change(changedConfig);
    const folder = withConfig(JSON.stringify(changedConfig));
    return expectAsrError(() => Model.open(folder), "model", folder);
  });

  test.each([
    ["no JSON", "{ thinker"],
    ["empty", ""],
    ["a list", "[]"],
    ["nested 10,000 deep", `${"[".repeat(10_000)}${"]".repeat(10_000)}`],
  ])("%s", (_, content) => {
    const folder = withConfig(content);
    return expectAsrError(() => Model.open(folder), "model", "config.json");
  });

  test("absent", () => {
    const folder = withConfig("{}");
    rmSync(join(folder, "config.json"));
    return expectAsrError(() => Model.open(folder), "model", "config.json");
  });
});
