import { didYouMean, nearest } from "./did-you-mean.ts";
import { AsrError } from "./errors.ts";
import { type LanguageName, languages } from "./language-names.ts";
import { shortened } from "./shortened.ts";

/** Other names that languages go by, above all in themselves; accents may be left out. */
const otherNames: Readonly<Record<string, string>> = {
  zh: "Mandarin|Mandarin Chinese|Putonghua|中文|汉语|漢語|普通话|國語|国语|华语|華語",
  yue: "Cantonese Chinese|Yue|Yue Chinese|粵語|粤语|廣東話|广东话",
  ar: "العربية|عربي",
  de: "Deutsch",
  fr: "Français",
  es: "Español|Castellano|Castilian",
  pt: "Português",
  id: "Bahasa Indonesia|Indonesia",
  it: "Italiano",
  ko: "한국어|조선말",
  ru: "Русский",
  th: "ไทย|ภาษาไทย",
  vi: "Tiếng Việt",
  ja: "日本語|Nihongo",
  tr: "Türkçe",
  hi: "हिन्दी|हिंदी",
  ms: "Bahasa Melayu|Melayu|Malaysian",
  nl: "Nederlands|Vlaams",
  sv: "Svenska",
  da: "Dansk",
  fi: "Suomi",
  pl: "Polski",
  cs: "Čeština",
  fil: "Tagalog|Pilipino",
  fa: "فارسی|Farsi|Dari",
  el: "Ελληνικά",
  ro: "Română|Moldavian",
  hu: "Magyar",
  mk: "Македонски",
};

const all = Object.values(languages);

/**
 * The language that a text means, in any case: a code of the model (`yue`), a BCP 47 tag, an ISO
 * 639 code or a locale (`en-US`, `pt_BR`, `cmn`, `ger`, `de_DE.UTF-8`), an English name
 * (`Cantonese`), that of a variety (`Brazilian Portuguese`, `Chinese (Simplified)`), or a name in
 * the language itself (`Deutsch`). Undefined where it is none that the model knows.
 */
export function foundLanguage(text: string): LanguageName | undefined {
  const wanted = plain(text);
  if (Object.hasOwn(languages, wanted)) return languages[wanted];
  return byName.get(wanted) ?? byTag(wanted) ?? byVariety(wanted);
}

/**
 * The English name of any language, whether the model knows it or not, by a code, a tag or a name
 * of it; undefined where a text means none.
 */
export function englishLanguage(text: string): string | undefined {
  return foundLanguage(text) ?? otherThanOurs(plain(text));
}

function otherThanOurs(wanted: string): string | undefined {
  const tag = parsedTag(wanted);
  // Such codes are about contents that have no language, or several, or one that nobody knows.
  if (tag !== undefined && ["und", "mul", "mis", "zxx"].includes(tag.language)) return undefined;
  return (tag && englishName(tag.language)) ?? otherLanguage(wanted);
}

/** What to say about a text that means no language of the model. */
export function unknownLanguage(text: string): AsrError {
  const wanted = plain(text);
  const english = otherThanOurs(wanted);
  if (english === undefined) {
    const message = `unknown language "${shortened(text)}"`;
    return new AsrError("usage", message, nearestTo(wanted, english));
  }
  const meaning = plain(english) === wanted ? "" : `, which "${shortened(text)}" means`;
  const message = `Qwen3-ASR does not know ${english}${meaning}`;
  return new AsrError("usage", message, nearestTo(wanted, english));
}

function nearestTo(wanted: string, english: string | undefined): string {
  // As in Egyptian Arabic, which the model writes as Arabic, or not at all.
  const family = all.find((name) => plain(english ?? wanted).endsWith(plain(name)));
  if (family !== undefined) return `did you mean ${family}?`;
  const codes = Object.keys(languages);
  // The code of a country is taken for that of its language: jp for ja.
  const spoken = english === undefined ? languageOfRegion(wanted) : undefined;
  if (spoken !== undefined) return `did you mean ${spoken}, ${languages[spoken]}?`;
  // A two-letter code is near to every other one.
  if (english !== undefined || wanted.length <= 3) return `choose from: ${codes.join(", ")}`;
  const near = nearest(wanted, byName.keys());
  return near === undefined ? didYouMean(wanted, all) : `did you mean ${byName.get(near)}?`;
}

function languageOfRegion(text: string): string | undefined {
  const region = /^[a-z]{2}$/.test(text) && englishName(text.toUpperCase(), "region");
  const code = region ? parsedTag(`und-${text}`)?.maximize().language : undefined;
  return code !== undefined && Object.hasOwn(languages, code) ? code : undefined;
}

/** The English name of a language that is none of the model's: of those with two letters. */
function otherLanguage(text: string): string | undefined {
  for (const code of twoLetters) {
    const name = englishName(code.toLowerCase());
    if (name !== undefined && plain(name) === text) return name;
  }
  return undefined;
}

/** Without accents and case, spaces as one. */
function plain(text: string): string {
  const base = text.normalize("NFD").replaceAll(/[\u0300-\u036f]/g, "");
  return base.normalize("NFC").trim().toLowerCase().replaceAll(/\s+/g, " ");
}

const byName: ReadonlyMap<string, LanguageName> = new Map([
  ...all.map((name) => [plain(name), name] as const),
  ...Object.entries(otherNames).flatMap(([code, names]) =>
    names.split("|").map((name) => [plain(name), languages[code]!] as const),
  ),
]);

/** Intl's tables take milliseconds to open, which most runs need not spend. */
const tables: { [Type in "language" | "region"]?: Intl.DisplayNames } = {};

/** The English name of what a code stands for; undefined where Intl knows none. */
function englishName(code: string, type: "language" | "region" = "language"): string | undefined {
  tables[type] ??= new Intl.DisplayNames("en", { type, fallback: "none" });
  return tables[type].of(code);
}

/** A tag, where the text is one; locales of POSIX have a character set and `_`. */
function parsedTag(text: string): Intl.Locale | undefined {
  const tag = text.replace(/[.@].*/s, "").replaceAll("_", "-");
  // An extended language says more than the one before it: zh-yue.
  const own = tag.replace(/^(?:zh|ar|ms)-(?=[a-z]{3}(?:-|$))/, "");
  try {
    return new Intl.Locale(own);
  } catch {
    return undefined;
  }
}

function byTag(text: string): LanguageName | undefined {
  const tag = parsedTag(text);
  if (tag === undefined) return undefined;
  const { language, region } = tag;
  // So speech recognizers call what is spoken in Hong Kong and Macao.
  if (language === "zh" && (region === "HK" || region === "MO")) return "Cantonese";
  // All codes of a language have its English name: zho, chi and cmn are Chinese, too.
  const english = englishName(language);
  return english === undefined ? undefined : byName.get(plain(english));
}

/** `Portuguese (Brazil)` and `Brazilian Portuguese` by what Intl calls the varieties. */
function byVariety(text: string): LanguageName | undefined {
  const base = /^(.*?)\s*[(,;]/s.exec(text)?.[1];
  if (base !== undefined) return byName.get(base);
  const code = Object.keys(languages).find((key) => text.endsWith(` ${plain(languages[key]!)}`));
  if (code === undefined) return undefined;
  const names = subtags.map((subtag) => englishName(`${code}-${subtag}`));
  return names.some((name) => name && plain(name) === text) ? languages[code] : undefined;
}

const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** Codes of regions and languages, also those that there are not. */
const twoLetters = letters.flatMap((first) => letters.map((second) => first + second));
/** Scripts and regions that varieties are named by. */
const subtags = ["Hans", "Hant", "Latn", "Cyrl", "419", ...twoLetters];
