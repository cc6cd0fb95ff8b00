import { afterAll, describe, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointFolders, shardNames, shards, source, whole } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { type Header, type Tensor, writeSafetensors } from "../testing/safetensors.ts";
import { Model } from "./model.ts";

// A broken checkpoint is named, never half loaded.

const folders = new CheckpointFolders();
afterAll(() => folders[Symbol.dispose]());

const norm = "thinker.model.norm.weight";
const good = writeSafetensors(whole);

function changed(change: (header: Header) => void): string {
  return folders.with({ "model.safetensors": writeSafetensors(whole, change) });
}

/** The source with another text as its header, whatever it says. */
function withHeader(change: (text: string) => string): string {
  const length = Number(new DataView(good.buffer, good.byteOffset).getBigUint64(0, true));
  const text = change(new TextDecoder().decode(good.subarray(8, 8 + length)));
  const header = new TextEncoder().encode(text);
  const prefix = new Uint8Array(new BigUint64Array([BigInt(header.length)]).buffer);
  const bytes = Buffer.concat([prefix, header, good.subarray(8 + length)]);
  return folders.with({ "model.safetensors": bytes });
}

/** The first entry of a header, word for word. */
function entryOf(text: string): string {
  return /"[^"]+":\{[^}]*\}/.exec(text)![0];
}

function withTensor(name: string, tensor: Tensor | undefined): string {
  const tensors = new Map(whole);
  if (tensor === undefined) tensors.delete(name);
  else tensors.set(name, tensor);
  return folders.single(tensors);
}

function withLength(length: bigint): string {
  const bytes = Uint8Array.from(good);
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(0, length, true);
  return folders.with({ "model.safetensors": bytes });
}

describe("broken weights are refused, by file and tensor", () => {
  const file = "model.safetensors";
  const cases: [string, () => string, ...string[]][] = [
    ["no weights", () => folders.with({}), "safetensors"],
    ["an empty file", () => folders.with({ [file]: "" }), file],
    ["seven bytes", () => folders.with({ [file]: "1234567" }), file],
    ["text", () => folders.with({ [file]: "version https://git-lfs example" }), file],
    ["a header of 2^63 bytes", () => withLength(2n ** 63n), file],
    ["a header of 2^64 - 1 bytes", () => withLength(2n ** 64n - 1n), file],
    ["a header longer than the file", () => withLength(BigInt(good.length)), file],
    ["a header of no bytes", () => withLength(0n), file],
    ["one byte missing", () => folders.with({ [file]: good.slice(0, -1) }), file],
    ["half of it missing", () => folders.with({ [file]: good.slice(0, good.length / 2) }), file],
    [
      "bytes after the end",
      () => folders.with({ [file]: Buffer.concat([good, good.slice(0, 8)]) }),
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
    [
      "the same entry twice",
      () => withHeader((text) => text.replace("{", `{${entryOf(text)},`)),
      "twice",
    ],
    [
      "metadata twice",
      () => withHeader((text) => text.replace("{", '{"__metadata__":{},"__metadata__":{},')),
      "twice",
    ],
    [
      "a fraction in a shape",
      () => withHeader((text) => text.replace('"shape":[192]', '"shape":[192.0]')),
      "malformed",
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

describe("what other readers take is taken", () => {
  const cases: [string, (text: string) => string][] = [
    ["metadata that is null", (text) => text.replace("{", '{"__metadata__":null,')],
    ["space before the object", (text) => `  \n\t${text}`],
    ["space behind it", (text) => `${text}   `],
  ];
  test.each(cases)("%s", (_, change) => {
    Model.open(withHeader(change)).close();
  });
});

/** The source in shards, one of them absent or cut to its first bytes. */
function shardsWithout(index: number, length = 0): string {
  const name = shardNames[index]!;
  const folder = folders.sharded(shards);
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
    return folders.with({ "model.safetensors": good, "config.json": content });
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
    ["two widths", audio((audio) => Object.assign(audio, { hidden_size: 64 }))],
    ["two depths", audio((audio) => Object.assign(audio, { num_hidden_layers: 3 }))],
    [
      "two rotations",
      text((text) => Object.assign(text, { rope_parameters: { rope_theta: 5e6 } })),
    ],
    ["no rotation", text((text) => Reflect.deleteProperty(text, "rope_theta"))],
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
    ["a line end in a string", '{"model_type":"qwen3\n_asr"}'],
    ["a name twice", '{"model_type":"qwen3_asr","model_type":"qwen3_asr"}'],
    ["a number with a zero before it", '{"a":01}'],
    ["more than a megabyte", `{"a":"${"x".repeat(1_000_000)}"}`],
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
