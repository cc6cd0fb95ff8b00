import type { LanguageName } from "../contract/language-names.ts";

/** The languages that Qwen3-ForcedAligner was trained for. */
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
