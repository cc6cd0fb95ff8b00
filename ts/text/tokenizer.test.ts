import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AsrError } from "../contract/errors.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { TokenDecoder, Tokenizer } from "./tokenizer.ts";

interface Goldens {
  encode: { text: string; ids: number[]; decoded: string; decodedWithoutSpecial?: string }[];
  decode: { ids: number[]; decoded: string }[];
}

const folder = join(goldensFolder, "tokenizer");
const goldens: Goldens = await Bun.file(join(folder, "cases.json")).json();
const tokenizer = await Tokenizer.load(folder);

describe("against the official tokenizer", () => {
  test.each(goldens.encode)("$text", ({ text, ids, decoded, decodedWithoutSpecial }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
    expect(tokenizer.decode(ids, { special: true })).toBe(decoded);
    expect(tokenizer.decode(ids)).toBe(decodedWithoutSpecial ?? decoded);
  });

  test.each(goldens.decode)("decodes $ids", ({ ids, decoded }) => {
    expect(tokenizer.decode(ids)).toBe(decoded);
  });
});

test("a streaming decoder shows whole characters only, and the same text in the end", () => {
  for (const { text } of goldens.encode) {
    const ids = tokenizer.encodePlain(text);
    const decoder = new TokenDecoder(tokenizer);
    const pieces = ids.map((id) => decoder.push(id));
    expect(pieces.some((piece) => piece.includes("\ufffd"))).toBe(text.includes("\ufffd"));
    expect(pieces.join("") + decoder.end()).toBe(tokenizer.decode(ids));
  }
});

test("plain encoding makes no special token", () => {
  const ids = tokenizer.encodePlain("<|im_end|><asr_text>");
  expect(ids).not.toContain(tokenizer.specialId("<|im_end|>"));
  expect(tokenizer.decode(ids)).toBe("<|im_end|><asr_text>");
});

test("a word of 200,000 letters takes no quadratic time", () => {
  const started = performance.now();
  const word = "strawberry".repeat(20_000);
  expect(tokenizer.decode(tokenizer.encodePlain(word))).toBe(word);
  expect(performance.now() - started).toBeLessThan(3000);
});

const good: Record<string, string> = {};
const names = ["vocab.json", "merges.txt", "tokenizer_config.json"];

/** The tokenizer of the goldens with other contents of some files; null for one that is missing. */
async function loadWith(change: Record<string, string | Uint8Array | null>): Promise<Tokenizer> {
  const copy = await mkdtemp(join(tmpdir(), "bun-asr-tokenizer-"));
  try {
    for (const name of names) {
      good[name] ??= await Bun.file(join(folder, name)).text();
      const text = change[name] === undefined ? good[name] : change[name];
      if (text !== null) await Bun.write(join(copy, name), text);
    }
    return await Tokenizer.load(copy);
  } finally {
    await rm(copy, { recursive: true });
  }
}

describe("files that are written in another way give the same ids", async () => {
  const vocab: [string, number][] = Object.entries(await Bun.file(join(folder, names[0]!)).json());
  const merges = await Bun.file(join(folder, "merges.txt")).text();
  const spelled = (spell: (token: string, id: number) => string) =>
    `{${vocab.map(([token, id]) => spell(token, id)).join(",")}}`;
  const escaped = (token: string) =>
    Array.from(token, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  const cases: [string, string, string][] = [
    ["escapes", "vocab.json", spelled((token, id) => `"${escaped(token)}":${id}`)],
    ["space", "vocab.json", spelled((token, id) => `\r\n\t ${JSON.stringify(token)} : ${id} `)],
    ["a byte order mark", "vocab.json", `\uFEFF${JSON.stringify(Object.fromEntries(vocab))}`],
    ["numbers with exponents", "vocab.json", spelled((t, id) => `${JSON.stringify(t)}:${id}e0`)],
    ["another order", "vocab.json", JSON.stringify(Object.fromEntries(vocab.toReversed()))],
    [
      "a token twice",
      "vocab.json",
      `{"!":300000,${JSON.stringify(Object.fromEntries(vocab)).slice(1)}`,
    ],
    ["lines of Windows", "merges.txt", merges.replaceAll("\n", "\r\n")],
    ["empty lines", "merges.txt", merges.replaceAll("\n", "\n\n")],
    ["no version", "merges.txt", merges.replace(/^#version.*\n/, "")],
    ["a byte order mark", "merges.txt", `\ufeff${merges.replace(/^#version.*\n/, "")}`],
    ["a merge twice", "merges.txt", `${merges}${merges.trimEnd().split("\n").at(5)}\n`],
  ];
  test.each(cases)("%s", async (_, file, content) => {
    const other = await loadWith({ [file]: content });
    expect(other.size).toBe(tokenizer.size);
    for (const { text, ids } of goldens.encode) {
      expect(other.encode(text)).toEqual(ids);
      expect(other.decode(ids)).toBe(tokenizer.decode(ids));
    }
  });
});

describe("broken files", () => {
  const cases: [string, string, string | Uint8Array | null][] = [
    ["no vocab", "vocab.json", null],
    ["no merges", "merges.txt", null],
    ["no config", "tokenizer_config.json", null],
    ["vocab is no JSON", "vocab.json", "{"],
    ["vocab is a list", "vocab.json", "[]"],
    ["vocab is empty", "vocab.json", "{}"],
    ["negative id", "vocab.json", '{"a":-1}'],
    ["huge id", "vocab.json", '{"a":4294967296}'],
    ["fraction", "vocab.json", '{"a":0.5}'],
    ["equal ids", "vocab.json", '{"a":1,"b":1}'],
    ["bytes missing", "vocab.json", '{"a":0}'],
    ["bad UTF-8", "vocab.json", new Uint8Array([0x7b, 0xff, 0x7d])],
    ["a merge of one", "merges.txt", "#version: 0.2\nab\n"],
    ["a merge of three", "merges.txt", "a b c\n"],
    ["a merge of strangers", "merges.txt", "zzqq qqzz\n"],
    ["merges of no line", "merges.txt", ""],
    ["merges of a version alone", "merges.txt", "#version: 0.2\n"],
    ["a merge of other characters", "merges.txt", "\u4e2d \u6587\n"],
    ["a token of other characters", "vocab.json", '{"\u4e2d":1}'],
    ["too many bytes", "merges.txt", new Uint8Array(16_000_001)],
    ["too long a config", "tokenizer_config.json", " ".repeat(1_000_001)],
    ["a space before the text", "tokenizer_config.json", '{"add_prefix_space":true}'],
    ["no added tokens", "tokenizer_config.json", "{}"],
    ["added token without text", "tokenizer_config.json", '{"added_tokens_decoder":{"7":{}}}'],
    [
      "added id is no number",
      "tokenizer_config.json",
      '{"added_tokens_decoder":{"x":{"content":"y"}}}',
    ],
  ];

  test.each(cases)("%s", (_, file, content) =>
    expectAsrError(() => loadWith({ [file]: content }), "model", file),
  );

  test("merges that are cut at any line are refused with a token that they lack", async () => {
    const lines = (await Bun.file(join(folder, "merges.txt")).text()).trimEnd().split("\n");
    for (const kept of [1, 10, lines.length / 2, lines.length - 1].map(Math.floor)) {
      const cut = () => loadWith({ "merges.txt": lines.slice(0, kept).join("\n") });
      await expectAsrError(cut, "model", "merges.txt", "the list is cut");
    }
  });

  test("100 mutants of each file load or fail with a typed error", async () => {
    const random = seededRandom(7);
    for (const name of names) {
      good[name] ??= await Bun.file(join(folder, name)).text();
    }
    const copy = await mkdtemp(join(tmpdir(), "bun-asr-mutants-"));
    for (const name of names) await Bun.write(join(copy, name), good[name]!);
    for (const name of names) {
      const bytes = new TextEncoder().encode(good[name]!);
      for (let round = 0; round < 100; round++) {
        const mutant = bytes.slice(
          0,
          random() < 0.2 ? Math.floor(random() * bytes.length) : undefined,
        );
        for (let k = 0; k < 4; k++) {
          mutant[Math.floor(random() * mutant.length)] = Math.floor(random() * 256);
        }
        await Bun.write(join(copy, name), mutant);
        const outcome = await Tokenizer.load(copy).catch((error: unknown) => error);
        if (!(outcome instanceof Tokenizer)) expect(outcome).toBeInstanceOf(AsrError);
      }
      await Bun.write(join(copy, name), good[name]!);
    }
    await rm(copy, { recursive: true });
  });
});
