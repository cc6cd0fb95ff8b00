import { AsrError } from "./errors.ts";
import { didYouMean } from "./spelling.ts";

/**
 * The languages that Qwen3-ASR was trained to transcribe, by code. The names are what its prompt
 * uses.
 */
export const languages: Readonly<Record<string, string>> = {
  zh: "Chinese",
  en: "English",
  yue: "Cantonese",
  ar: "Arabic",
  de: "German",
  fr: "French",
  es: "Spanish",
  pt: "Portuguese",
  id: "Indonesian",
  it: "Italian",
  ko: "Korean",
  ru: "Russian",
  th: "Thai",
  vi: "Vietnamese",
  ja: "Japanese",
  tr: "Turkish",
  hi: "Hindi",
  ms: "Malay",
  nl: "Dutch",
  sv: "Swedish",
  da: "Danish",
  fi: "Finnish",
  pl: "Polish",
  cs: "Czech",
  fil: "Filipino",
  fa: "Persian",
  el: "Greek",
  ro: "Romanian",
  hu: "Hungarian",
  mk: "Macedonian",
};

/**
 * The prompt's name of a language given as code or name in any case; `auto` and undefined: detect.
 */
export function languageName(language: string | undefined): string | undefined {
  if (language === undefined) return undefined;
  const wanted = language.trim().toLowerCase();
  if (wanted === "auto") return undefined;
  if (Object.hasOwn(languages, wanted)) return languages[wanted];
  const names = Object.values(languages);
  const name = names.find((candidate) => candidate.toLowerCase() === wanted);
  if (name !== undefined) return name;
  // Short words are compared with codes too, but a two-letter code is near to every other one.
  const choices = wanted.length > 3 ? names : Object.keys(languages);
  const hint =
    wanted.length > 3 ? didYouMean(wanted, choices) : `choose from: ${choices.join(", ")}`;
  throw new AsrError("usage", `unknown language "${language}"`, hint);
}

/** The code of a language by the name that a transcript gives it; undefined when it is none. */
export function languageCode(name: string): string | undefined {
  return Object.keys(languages).find((code) => languages[code] === name);
}
