import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { type CutLanguage, sentences } from "../../testing/sentences/sentences.ts";
import { officialTables } from "../../testing/word-tables.ts";
import { spokenWords } from "./words.ts";

interface Golden {
  language: CutLanguage;
  text: string;
  words: string[];
}

const path = new URL("../../../models/goldens/cut-words.jsonl", import.meta.url);
const goldens = readFileSync(path, "utf8")
  .trimEnd()
  .split("\n")
  .map((line): Golden => JSON.parse(line));

describe.each(["Japanese", "Korean"] as const)("%s", (language) => {
  const cut = goldens.filter((golden) => golden.language === language);

  test("is cut as by the official aligner", async () => {
    const tables = await officialTables(language);
    expect(cut.length).toBeGreaterThan(250);
    const found = cut.map(({ text }) => {
      return { language, text, words: spokenWords(text, language, tables).map((w) => w.spoken) };
    });
    expect(found).toEqual(cut);
  });

  test("words have their places in the text, in order, and leave white space alone", async () => {
    const tables = await officialTables(language);
    for (const text of sentences(language, 500, 3)) {
      const words = spokenWords(text, language, tables);
      let past = 0;
      for (const { from, to } of words) {
        expect(text.slice(past, from).trim()).toBe("");
        expect(from).toBeGreaterThanOrEqual(past);
        expect(to).toBeGreaterThanOrEqual(from);
        past = to;
      }
      if (words.length > 0) expect(text.slice(past).trim()).toBe("");
    }
  });
});

/** What is read, and in brackets what it stands for in the text where that is another text. */
async function shown(text: string, language: string): Promise<string[]> {
  return spokenWords(text, language, await officialTables(language)).map(({ from, to, spoken }) => {
    const surface = text.slice(from, to);
    return surface === spoken ? spoken : `${spoken} [${surface}]`;
  });
}

test.each([
  ["今日は、いい天気。", ["今日", "は [は、]", "いい", "天気 [天気。]"]],
  ["ﾄﾞｱを開ける", ["ドア [ﾄﾞｱ]", "を", "開ける"]],
  ["か\u3099っこうです", ["がっこう [か\u3099っこう]", "です"]],
  ["㌔と㍿", ["キロ [㌔]", "と", "株式 [㍿]", "会社 []"]],
  ["「ＮＨＫ」の（朝）", ["NHK [「ＮＨＫ」]", "の", "朝 [（朝）]"]],
  ["👍", []],
])("of Japanese %s", async (text, words) => {
  expect(await shown(text, "Japanese")).toEqual(words);
});

test.each([
  ["학교에서 대한민국은, 가나", ["학교", "에서", "대한민국", "은 [은,]", "가나"]],
  ["“날씨가” 좋네요!", ["날씨가 [“날씨가”]", "좋네요 [좋네요!]"]],
])("of Korean %s", async (text, words) => {
  expect(await shown(text, "Korean")).toEqual(words);
});
