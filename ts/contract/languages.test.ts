import { describe, expect, test } from "bun:test";
import { expectAsrError } from "../testing/expect-error.ts";
import { type LanguageName, languages } from "./language-names.ts";
import { languageCode, languageName, languageNames, mergedLanguages } from "./languages.ts";

describe("languages", () => {
  test("go by code or name in any case", () => {
    expect(Object.keys(languages).length).toBe(30);
    expect(languageName("de")).toBe("German");
    expect(languageName(" GERMAN ")).toBe("German");
    expect(languageName("yue")).toBe("Cantonese");
    expect(languageName("auto")).toBeUndefined();
    expect(languageName(undefined)).toBeUndefined();
  });

  // Tags of BCP 47, codes of ISO 639, locales, varieties, names in the language itself.
  test.each<[LanguageName, string]>([
    ["English", "en-US|en_GB.UTF-8|eng|British English|English (India)|EN|en-US-u-ca-gregory"],
    ["Chinese", "zh-CN|zh_Hant_TW|cmn|cmn-Hans-CN|zh-cmn|zho|chi|Mandarin|中文|Simplified Chinese"],
    ["Chinese", "Chinese, Mandarin|Chinese (Traditional)|普通话|mandarin  chinese"],
    ["Cantonese", "yue-Hant-HK|zh-yue|zh-HK|zh-Hant-MO|粵語|Cantonese (Traditional)"],
    ["Portuguese", "pt_BR|pt-PT|por|Brazilian Portuguese|português|PORTUGUES"],
    ["German", "deu|ger|de_DE@euro|de-CH|Deutsch|Austrian German"],
    ["Spanish", "es-419|spa|Latin American Spanish|Español|espanol|Castilian"],
    ["Persian", "fas|per|pes|prs|Farsi|فارسی"],
    ["Filipino", "tl|tgl|fil-PH|Tagalog"],
    ["Arabic", "ar-EG|arb|ara|العربية"],
    ["Japanese", "ja-JP|jpn|日本語"],
    ["Malay", "ms-MY|msa|may|zsm|Bahasa Melayu"],
    ["Greek", "el-GR|ell|gre|Ελληνικά|ελληνικα"],
    ["Romanian", "ron|rum|mo|ro-MD"],
  ])("%s is %s", (name, texts) => {
    const found = texts.split("|").map((text) => [text, languageName(text)]);
    expect(found).toEqual(texts.split("|").map((text) => [text, name]));
  });

  test("go by what Intl calls each of them, in English and in itself", () => {
    for (const [code, name] of Object.entries(languages)) {
      for (const locale of ["en", code]) {
        const own = new Intl.DisplayNames([locale], { type: "language" }).of(code)!;
        expect([own, languageName(own)]).toEqual([own, name]);
      }
      expect(languageName(new Intl.Locale(code).maximize().toString())).toBe(name);
    }
  });

  test.each([
    ["Germn", 'unknown language "Germn"; did you mean German?'],
    ["Deutch", "did you mean German?"],
    ["Portugese", "did you mean Portuguese?"],
    ["jp", "did you mean ja, Japanese?"],
    ["gr", "did you mean el, Greek?"],
    ["he", 'Qwen3-ASR does not know Hebrew, which "he" means; choose from: zh, en'],
    ["uk-UA", 'does not know Ukrainian, which "uk-UA" means; choose from'],
    ["Norwegian", "Qwen3-ASR does not know Norwegian; choose from"],
    ["arz", 'does not know Egyptian Arabic, which "arz" means; did you mean Arabic?'],
    ["Swiss German", "did you mean German?"],
    ["xx", "en, yue"],
    ["klingon", "choose from"],
    ["constructor", "choose from"],
    ["C", "choose from"],
    ["", "choose from"],
    ["x".repeat(1e6), `unknown language "${"x".repeat(80)}…"; choose from`],
    ["de,fr", "more than one language; language forces one; languages (--languages)"],
    ["english, German", "more than one language"],
    ["en/de", "more than one language"],
    ["Chinese, Cantonese", "more than one language"],
  ])("refuse %.20s", (name, hint) => expectAsrError(() => languageName(name), "usage", hint));
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
    ["en-US,iw", "does not know Hebrew"],
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
