import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { Tokenizer } from "./tokenizer.ts";

// tokenizer.json alone, as transformers 5 writes it: the same ids as from the three official files.

const saved = join(goldensFolder, "small-hf");
const official = join(goldensFolder, "tokenizer");
const { encode } = await Bun.file(join(official, "cases.json")).json();
const texts: string[] = encode.map(({ text }: { text: string }) => text);

type Fields = Record<string, unknown>;
type Merges = (string | string[])[];
interface Whole extends Fields {
  added_tokens: Fields[];
  model: Fields & { vocab: Record<string, number>; merges: Merges };
  pre_tokenizer: { pretokenizers: Fields[] };
}

async function read<T>(folder: string, name: string): Promise<T> {
  return await Bun.file(join(folder, name)).json();
}

/** A folder with these files, loaded. */
async function load(files: Record<string, object | string>): Promise<Tokenizer> {
  const folder = await mkdtemp(join(tmpdir(), "bun-asr-tokenizer-json-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      const text = typeof content === "string" ? content : JSON.stringify(content);
      await Bun.write(join(folder, name), text);
    }
    return await Tokenizer.load(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The file of transformers 5 with what `change` does to it. */
async function loadWith(change: (whole: Whole) => void): Promise<Tokenizer> {
  const whole = await read<Whole>(saved, "tokenizer.json");
  change(whole);
  const config = await read<object>(saved, "tokenizer_config.json");
  return await load({ "tokenizer.json": whole, "tokenizer_config.json": config });
}

/** The tokenizer of the goldens as one file, with merges in either spelling. */
async function asOneFile(spelling: (left: string, right: string) => string | string[]) {
  const { added_tokens_decoder: decoder, ...config } = await read<Fields>(
    official,
    "tokenizer_config.json",
  );
  const whole = await read<Whole>(saved, "tokenizer.json");
  const lines = (await Bun.file(join(official, "merges.txt")).text()).trimEnd().split("\n");
  whole.model.vocab = await read(official, "vocab.json");
  whole.model.merges = lines.map((line) => spelling(...(line.split(" ") as [string, string])));
  whole.added_tokens = Object.entries(decoder as Record<string, object>).map(([id, token]) => ({
    id: Number(id),
    ...token,
  }));
  return { "tokenizer.json": whole, "tokenizer_config.json": config };
}

test("what transformers 5 saved gives the ids of the files that it came from", async () => {
  const [one, three] = [
    await Tokenizer.load(saved),
    await Tokenizer.load(join(goldensFolder, "small")),
  ];
  expect(one.size).toBe(three.size);
  for (const text of texts) expect(one.encode(text)).toEqual(three.encode(text));
});

describe("merges", () => {
  const spellings: [string, (left: string, right: string) => string | string[]][] = [
    ["as texts", (left, right) => `${left} ${right}`],
    ["as pairs", (left, right) => [left, right]],
  ];
  test.each(spellings)("%s", async (_, spelling) => {
    const [one, three] = [await load(await asOneFile(spelling)), await Tokenizer.load(official)];
    for (const text of texts) {
      expect(one.encode(text)).toEqual(three.encode(text));
      expect(one.decode(one.encode(text))).toBe(three.decode(three.encode(text)));
    }
  });
});

test("added tokens come from tokenizer.json where tokenizer_config.json has none", async () => {
  const files = await asOneFile((left, right) => [left, right]);
  const loaded = await load({
    ...files,
    "vocab.json": await Bun.file(join(official, "vocab.json")).text(),
    "merges.txt": await Bun.file(join(official, "merges.txt")).text(),
  });
  const three = await Tokenizer.load(official);
  expect(loaded.specialId("<|audio_pad|>")).toBe(three.specialId("<|audio_pad|>"));
});

describe("another tokenizer is refused by the step that differs", () => {
  const cases: [string, (whole: Whole) => void, string][] = [
    [
      "no merges",
      ({ model }) => Reflect.deleteProperty(model, "merges"),
      "model.merges is missing",
    ],
    [
      "no vocabulary",
      ({ model }) => Reflect.deleteProperty(model, "vocab"),
      "model.vocab is missing",
    ],
    ["empty merges", ({ model }) => Object.assign(model, { merges: [] }), "the list is cut"],
    ["merges cut in half", ({ model }) => model.merges.splice(60), "the list is cut"],
    ["a merge of three", ({ model }) => model.merges.push(["a", "b", "c"]), "not a pair"],
    ["a unigram model", ({ model }) => Object.assign(model, { type: "Unigram" }), "model.type"],
    [
      "byte fallback",
      ({ model }) => Object.assign(model, { byte_fallback: true }),
      "byte_fallback",
    ],
    ["words first", ({ model }) => Object.assign(model, { ignore_merges: true }), "ignore_merges"],
    [
      "another normalizer",
      (whole) => Object.assign(whole, { normalizer: { type: "NFKC" } }),
      "normalizer",
    ],
    ["no normalizer", (whole) => Object.assign(whole, { normalizer: null }), "normalizer"],
    [
      "words of another pattern",
      ({ pre_tokenizer: { pretokenizers } }) =>
        Object.assign(pretokenizers[0]!, { pattern: { Regex: "\\p{L}+" } }),
      "pre_tokenizer",
    ],
    [
      "a space before the text",
      ({ pre_tokenizer: { pretokenizers } }) =>
        Object.assign(pretokenizers[1]!, { add_prefix_space: true }),
      "pre_tokenizer",
    ],
    ["no added tokens", (whole) => Reflect.deleteProperty(whole, "added_tokens"), "added_tokens"],
    [
      "an added token without an id",
      ({ added_tokens: added }) => Reflect.deleteProperty(added[0]!, "id"),
      "added token undefined",
    ],
  ];
  test.each(cases)("%s", (_, change, text) =>
    expectAsrError(() => loadWith(change), "model", "tokenizer.json", text),
  );
});
