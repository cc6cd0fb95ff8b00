import { describe, expect, test } from "bun:test";
import { expectAsrError } from "../testing/expect-error.ts";
import {
  type LanguageName,
  languageCode,
  languageName,
  languageNames,
  languages,
  mergedLanguages,
} from "./languages.ts";

describe("languages", () => {
  test("go by code or name in any case", () => {
    expect(Object.keys(languages).length).toBe(30);
    expect(languageName("de")).toBe("German");
    expect(languageName(" GERMAN ")).toBe("German");
    expect(languageName("yue")).toBe("Cantonese");
    expect(languageName("auto")).toBeUndefined();
    expect(languageName(undefined)).toBeUndefined();
  });

  test.each([
    ["Germn", "did you mean German?"],
    ["xx", "en, yue"],
    ["klingon", "choose from"],
    ["constructor", "choose from"],
    ["", "choose from"],
  ])("refuse %s", (name, hint) => expectAsrError(() => languageName(name), "usage", hint));
});

describe("sets of languages", () => {
  test.each<[string | string[], LanguageName[] | undefined]>([
    ["en,de", ["English", "German"]],
    [" en , German,EN,", undefined],
    ["german, English,de", ["German", "English"]],
    [
      ["fil", "en,yue"],
      ["Filipino", "English", "Cantonese"],
    ],
  ])("%j", async (list, names) => {
    if (names === undefined) await expectAsrError(() => languageNames(list), "usage", '""');
    else expect(languageNames(list)).toEqual(names);
  });

  test.each([
    ["en,auto", "leave the list out"],
    ["auto", "leave the list out"],
    ["en,Germn", "did you mean German?"],
    ["", "choose from"],
    [[], "empty"],
  ])("%j is refused", (list, why) => expectAsrError(() => languageNames(list), "usage", why));
});

test("every language has one name and one code", () => {
  for (const [code, name] of Object.entries(languages)) expect(languageCode(name)).toBe(code);
  expect(languageCode("")).toBeUndefined();
  expect(languageCode("Klingon")).toBeUndefined();
});

test("languages of chunks are merged, each once", () => {
  expect(mergedLanguages(["English", "", "German", "English"])).toBe("English,German");
  expect(mergedLanguages(["", ""])).toBe("");
  expect(mergedLanguages([])).toBe("");
});
