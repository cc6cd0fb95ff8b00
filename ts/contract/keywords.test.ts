import { describe, expect, test } from "bun:test";
import { expectAsrError } from "../testing/expect-error.ts";
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
