import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { systemText } from "../bias/system-text.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { type Keyword, keywordList, mostKeywords, parseKeyword } from "./keywords.ts";

describe("a keyword", () => {
  test.each<[string, Keyword]>([
    ["Kubernetes", { word: "Kubernetes" }],
    ["Kubernetes:5", { word: "Kubernetes", weight: 5 }],
    ["New York : -2.5", { word: "New York", weight: -2.5 }],
    ["a:b", { word: "a:b" }],
    ["a:b:+.5", { word: "a:b", weight: 0.5 }],
    ["12:30:", { word: "12:30" }],
    ["12:30:4", { word: "12:30", weight: 4 }],
    ["C++", { word: "C++" }],
    ["  two \n words ", { word: "two words" }],
    ["张伟:2", { word: "张伟", weight: 2 }],
    ["Cafe\u0301", { word: "Caf\u00e9" }],
    [`${"x".repeat(64)}:0`, { word: "x".repeat(64), weight: 0 }],
  ])("%j", (text, keyword) => expect(parseKeyword(text)).toEqual(keyword));

  test.each([
    ["", "empty"],
    [" ", "empty"],
    [":3", "empty"],
    ["!?", "no letter"],
    ["Anna:11", "weight is 11, expected -10 to 10"],
    ["12:30", 'write "12:30:"'],
    ["Anna:-10.5", "weight is -10.5"],
    ["x".repeat(65), "65 characters, at most 64"],
    ["long ".repeat(40_000), "at most 64"],
  ])("%j is refused", (text, why) => expectAsrError(() => parseKeyword(text), "usage", why));

  test("as an object is taken as it is", async () => {
    const given = { word: "12:30", weight: -1 };
    expect(keywordList(["Anna", given, "Emma:1"])).toEqual([
      { word: "Anna" },
      given,
      { word: "Emma", weight: 1 },
    ]);
    for (const weight of [Number.NaN, Number.POSITIVE_INFINITY, 10.1]) {
      await expectAsrError(() => keywordList([{ word: "Anna", weight }]), "usage", "weight is");
    }
    const many = Array.from({ length: mostKeywords + 1 }, (_, i) => `word${i}`);
    await expectAsrError(() => keywordList(many), "usage", "10001 keywords");
  });
});

describe("systemText", async () => {
  const tokenizer = await Tokenizer.load(join(goldensFolder, "tokenizer"));
  const names = keywordList(["Anna", "Emma:5", "Otto:0", "Damn:-3"]);

  test("holds the context and the words that are wanted", () => {
    expect(systemText(tokenizer, "", [])).toBe("");
    expect(systemText(tokenizer, "A talk.", [])).toBe("A talk.");
    expect(systemText(tokenizer, "", names)).toBe("Anna, Emma, Otto");
    expect(systemText(tokenizer, "A talk.", names)).toBe("A talk.\nAnna, Emma, Otto");
  });

  test("leaves out a list beyond the limit, never the context", () => {
    const tokens = tokenizer.encodePlain("Anna, Emma, Otto").length;
    expect(systemText(tokenizer, "", names, tokens)).toBe("Anna, Emma, Otto");
    expect(systemText(tokenizer, "A talk.", names, tokens - 1)).toBe("A talk.");
    const many = keywordList(Array.from({ length: 10_000 }, (_, i) => `word${i}`));
    expect(systemText(tokenizer, "A talk.", many)).toBe("A talk.");
  });
});
