const names = {
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
} as const;

/** The prompt's name of a language. */
export type LanguageName = (typeof names)[keyof typeof names];

/**
 * The languages that Qwen3-ASR was trained to transcribe, by code. The names are what its prompt
 * uses.
 *
 * @example
 * console.log(languages["de"], Object.keys(languages).length);
 */
export const languages: Readonly<Record<string, LanguageName>> = names;

/** The languages that the published forced aligner was trained for, by the prompt's names. */
export const alignerLanguages: ReadonlySet<string> = new Set<LanguageName>([
  "Chinese",
  "English",
  "Cantonese",
  "French",
  "German",
  "Italian",
  "Japanese",
  "Korean",
  "Portuguese",
  "Russian",
  "Spanish",
]);
