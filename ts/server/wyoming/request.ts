import { defaultWeight, type Keyword } from "../../contract/keywords.ts";
import { languageName } from "../../contract/languages.ts";
import { Problem } from "../http/problem.ts";
import type { Limits } from "../service/settings.ts";

/** How a client wants its next audio transcribed. */
export interface TranscribeRequest {
  model: string | undefined;
  /** By the prompt's name; undefined: it is detected. */
  language: string | undefined;
  keywords: readonly Keyword[];
}

/** For audio that nothing was said about. */
export const plainRequest: TranscribeRequest = {
  model: undefined,
  language: undefined,
  keywords: [],
};

/** Reads the data of `transcribe`. Throws `Problem` and AsrError `usage` for what is wrong. */
export function requestOf(
  data: Readonly<Record<string, unknown>>,
  limits: Limits,
): TranscribeRequest {
  const language = textIn(data, "language");
  const names = textsIn(data, "transcript_names").map((word) => ({ word }));
  // The protocol wants names to count for more than terms.
  const weight = defaultWeight / 2;
  const terms = textsIn(data, "transcript_terms").map((word) => ({ word, weight }));
  return {
    model: textIn(data, "name"),
    language: language && languageName(language),
    // Programs send the names of all that they know. They are hints: as many as can be are used.
    keywords: [...names, ...terms]
      .filter(({ word }) => isUsable(word, limits.maxKeywordLength))
      .slice(0, limits.maxKeywords),
  };
}

function isUsable(word: string, maxLength: number): boolean {
  return /[\p{L}\p{N}]/u.test(word) && [...word.trim()].length <= maxLength;
}

/** Undefined where there is none, or an empty one. */
function textIn(data: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = data[name] ?? "";
  if (typeof value === "string") return value.trim() || undefined;
  throw new Problem(400, `${name} is no text`, { code: "invalid_value" });
}

function textsIn(data: Readonly<Record<string, unknown>>, name: string): string[] {
  const value = data[name] ?? [];
  const isList = Array.isArray(value) && value.every((item) => typeof item === "string");
  if (isList) return value;
  throw new Problem(400, `${name} is no list of texts`, { code: "invalid_value" });
}
