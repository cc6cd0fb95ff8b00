import { AsrError } from "./errors.ts";
import { type LanguageName, languages } from "./language-names.ts";
import { foundLanguage, unknownLanguage } from "./language-search.ts";
import { shortened } from "./shortened.ts";

/**
 * The prompt's name of a language, given as people write it (see `foundLanguage`); `auto` and
 * undefined: detect. Throws AsrError `usage` for a language that the model does not know, with the
 * nearest one.
 */
export function languageName(language: string | undefined): LanguageName | undefined {
  if (language === undefined || language.trim().toLowerCase() === "auto") return undefined;
  if (isList(language)) {
    const message = `"${shortened(language)}" is more than one language`;
    const hint =
      "language forces one; languages (--languages) lets the model detect one of several";
    throw new AsrError("usage", message, hint);
  }
  const name = foundLanguage(language);
  if (name === undefined) throw unknownLanguage(language);
  return name;
}

/** Whether a text names several languages, which `Chinese, Simplified` does not. */
function isList(text: string): boolean {
  const parts = text.split(/[,;|/+]/);
  const names = parts.map((part) => foundLanguage(part));
  return new Set(names).size > 1 && !names.includes(undefined);
}

/** The code of a language by the name that a transcript gives it; undefined when it is none. */
export function languageCode(name: string): string | undefined {
  return Object.keys(languages).find((code) => languages[code] === name);
}

/**
 * The prompt's names of the languages that detection may choose from, each once: codes or names,
 * in a list or parted by commas. Throws AsrError `usage` for an unknown one, for `auto` and for an
 * empty list.
 */
export function languageNames(list: string | readonly string[]): LanguageName[] {
  const given = [list].flat().flatMap((item) => item.split(","));
  const found = given.map((language) => {
    const name = languageName(language);
    if (name !== undefined) return name;
    const message = `"${language.trim()}" stands in a list of languages`;
    throw new AsrError("usage", message, "leave the list out to detect any language");
  });
  if (found.length === 0) {
    const hint = "name at least one, or leave the list out to detect any language";
    throw new AsrError("usage", "the list of languages is empty", hint);
  }
  return [...new Set(found)];
}

/** Which languages a transcript may be in, by the prompt's names. */
export interface LanguageChoice {
  /** The language to write; undefined lets the model detect it. */
  readonly language: LanguageName | undefined;
  /** The languages that detection may choose from; undefined: all. */
  readonly languages: readonly LanguageName[] | undefined;
}

/**
 * Reads the options `language` and `languages`. Throws AsrError `usage` for an unknown language,
 * and where one is forced that is also to be detected.
 */
export function languageChoice(options: {
  language?: string | undefined;
  languages?: readonly string[] | undefined;
}): LanguageChoice {
  const language = languageName(options.language);
  const several = options.languages && languageNames(options.languages);
  if (language === undefined || several === undefined) return { language, languages: several };
  const hint =
    "they exclude each other: language forces one, languages lets the model detect one of several";
  throw new AsrError("usage", "language and languages are both given", hint);
}

/**
 * The languages of a recording from those of its chunks, as in `English,German`: each once, in the
 * order in which they first appear. Chunks without speech ("") have none.
 */
export function mergedLanguages(chunks: Iterable<string>): string {
  const names = new Set(chunks);
  names.delete("");
  return [...names].join(",");
}
