import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { defaultWeight, keywordList } from "../contract/keywords.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { keywordBias } from "./keyword-bias.ts";
import { KeywordTrie } from "./keyword-trie.ts";
import type { LogitsProcessor } from "./logit-bias.ts";

const tokenizer = await Tokenizer.load(join(goldensFolder, "tokenizer"));
const tag = tokenizer.specialId("<asr_text>");

function biasFor(words: readonly string[], active = true): LogitsProcessor {
  return keywordBias(tokenizer, new KeywordTrie(tokenizer, keywordList(words)), { active });
}

/** The value of each token of `text` when it is chosen after `before`. */
function values(words: readonly string[], text: string, before = ""): number[] {
  const processor = biasFor(words);
  for (const id of tokenizer.encodePlain(before)) processor.push(id);
  return tokenizer.encodePlain(text).map((id) => {
    const value = biasOf(processor, id);
    processor.push(id);
    return value;
  });
}

function biasOf(processor: LogitsProcessor, id: number): number {
  const { bias } = processor;
  expect(new Set(bias?.ids).size).toBe(bias?.ids.length ?? 0);
  expect(bias?.only ?? false).toBe(false);
  return bias?.values[bias.ids.indexOf(id)] ?? 0;
}

describe("a keyword", () => {
  test("earns more with each token, the whole weight with the last", () => {
    for (const [text, before] of [
      [" Kubernetes", "about"],
      ["Kubernetes", ""],
      ["Kubernetes", "(\n"],
    ]) {
      const earned = values(["Kubernetes"], text!, before!);
      expect(earned.length).toBeGreaterThan(2);
      expect(earned.toSorted((a, b) => a - b)).toEqual(earned);
      expect(earned[0]).toBeLessThanOrEqual(defaultWeight / 2);
      expect(earned.at(-1)).toBe(defaultWeight);
    }
  });

  test("earns half the share that its first token spells", () => {
    const [first, second] = values(["weather"], " weather");
    expect(first).toBeCloseTo((defaultWeight / 2) * (1 / 7));
    expect(second).toBeCloseTo(defaultWeight * (3 / 7));
    // A space of its own spells nothing yet.
    const [space, letter, next] = values(["zebra"], " zebra");
    expect(space).toBe(0);
    expect(letter).toBeCloseTo((defaultWeight / 2) * (1 / 5));
    expect(next).toBeCloseTo(defaultWeight * (2 / 5));
  });

  test("takes its own weight, below 0 too, and 0 for none", () => {
    expect(values(["Kubernetes:7.5"], " Kubernetes").at(-1)).toBe(7.5);
    expect(values(["Kubernetes:-4"], " Kubernetes").at(-1)).toBe(-4);
    expect(biasFor(["Kubernetes:0"]).bias).toBeUndefined();
    expect(biasFor([]).bias).toBeUndefined();
  });

  test("may begin with a capital, keeps its case otherwise", () => {
    expect(values(["zebra"], " Zebra").at(-1)).toBe(defaultWeight);
    expect(values(["Zebra"], " zebra").at(-1)).toBe(0);
    expect(values(["iPhone"], " IPHONE").at(-1)).toBe(0);
  });

  test("does not begin inside a word", () => {
    expect(values(["zebra"], "zebra", "ab")).toEqual(values([], "zebra", "ab"));
    expect(values(["zebra"], "zebra", "7").at(-1)).toBe(0);
    expect(values(["zebra"], "zebra", "ab-").at(-1)).toBe(defaultWeight);
  });

  test("needs no space in scripts that have none", () => {
    expect(values(["张伟"], "张伟", "我是").at(-1)).toBe(defaultWeight);
    expect(values(["Kubernetes"], "Kubernetes", "我用").at(-1)).toBe(defaultWeight);
  });

  test("of several words is followed through", () => {
    const earned = values(["New York"], " New York");
    expect(earned.every((value) => value > 0)).toBe(true);
    expect(earned.at(-1)).toBe(defaultWeight);
  });
});

describe("several keywords", () => {
  test("are followed at once, also one inside another", () => {
    const words = ["New York", "New Yorkshire", "York:5"];
    expect(values(words, " New York").at(-1)).toBe(5);
    expect(values(words, " New Yorkshire").at(-1)).toBe(defaultWeight);
  });

  test("that share a token give it the value furthest from 0", () => {
    const [first] = values(["Kubernetes:2"], " Kubernetes");
    expect(values(["Kubernetes:2", "Kubernetes:1"], " Kubernetes")[0]).toBe(first!);
    expect(values(["Kubernetes:2", "Kubernetes:-6"], " Kubernetes").at(-1)).toBe(-6);
  });

  test("can begin while another is under way", () => {
    const text = " Kub zebra";
    expect(values(["Kubernetes", "zebra"], text).at(-1)).toBe(defaultWeight);
  });
});

describe("what was just said", () => {
  test("earns nothing to begin with for 8 tokens, then again", () => {
    const processor = biasFor(["weather", "thermal"]);
    const root = processor.bias;
    const [first, other] = [" weather", " thermal"].map((text) => tokenizer.encodePlain(text)[0]!);
    const fresh = biasOf(processor, first!);
    for (const id of tokenizer.encodePlain(" weather")) processor.push(id);
    const dot = tokenizer.encodePlain(".")[0]!;
    for (let steps = 0; steps < 8; steps++) {
      expect(biasOf(processor, first!)).toBe(0);
      expect(biasOf(processor, other!)).toBeGreaterThan(0);
      processor.push(dot);
    }
    expect(biasOf(processor, first!)).toBe(fresh);
    expect(processor.bias).toBe(root);
  });

  test("stays unwanted when its weight is below 0", () => {
    const earned = values(["weather:-4"], " weather weather");
    expect(earned.at(-1)).toBe(-4);
    expect(earned[0]).toBeLessThan(0);
    expect(earned[earned.length / 2]).toBe(earned[0]!);
  });
});

describe("the bias", () => {
  test("waits for the text when the model names the language", () => {
    const processor = biasFor(["Kubernetes"], false);
    for (const id of tokenizer.encodePlain("language English")) {
      expect(processor.bias).toBeUndefined();
      processor.push(id);
    }
    expect(processor.bias).toBeUndefined();
    processor.push(tag);
    expect(processor.bias).toBeDefined();
  });

  test("gives one object while no keyword is under way, and shares it", () => {
    const trie = new KeywordTrie(tokenizer, keywordList(["Kubernetes"]));
    const processors = [1, 2].map(() => keywordBias(tokenizer, trie, { active: true }));
    const [letter] = tokenizer.encodePlain("b");
    for (const processor of processors) processor.push(letter!);
    expect(processors[0]!.bias).toBe(trie.inside.bias!);
    expect(processors[1]!.bias).toBe(trie.inside.bias!);
    processors[0]!.push(letter!);
    expect(processors[0]!.bias).toBe(trie.inside.bias!);
  });

  test("never pays more than the weight, whatever is chosen", () => {
    const random = seededRandom(1);
    const words = ["Kubernetes:6", "New York", "York", "zebra", "张伟", "Anna:-5", "nn"];
    const processor = biasFor(words);
    for (let step = 0; step < 3000; step++) {
      const { bias } = processor;
      for (const value of bias?.values ?? []) expect(Math.abs(value)).toBeLessThanOrEqual(6);
      const pick = Math.floor(random() * 2 * bias!.ids.length);
      processor.push(bias!.ids[pick] ?? Math.floor(random() * tokenizer.size));
    }
  });
});

test("10,000 keywords are ready in a moment, and cost little a step", () => {
  const random = seededRandom(2);
  const syllables = ["ka", "ber", "net", "Lo", "mir", "sen", "tu", "vo", "Xi", "qua", "dr", "ost"];
  const word = () =>
    Array.from({ length: 4 }, () => syllables[Math.floor(random() * syllables.length)]).join("");
  const words = keywordList(Array.from({ length: 10_000 }, word));
  const started = performance.now();
  const trie = new KeywordTrie(tokenizer, words);
  const built = performance.now() - started;
  expect(built).toBeLessThan(3000);
  const processor = keywordBias(tokenizer, trie, { active: true });
  const said = tokenizer.encodePlain(
    words
      .slice(0, 100)
      .map(({ word }) => ` ${word}`)
      .join(""),
  );
  const before = performance.now();
  for (const id of said) processor.push(id);
  expect((performance.now() - before) / said.length).toBeLessThan(20);
});
