import { AsrError } from "../../contract/errors.ts";
import { type Keyword, keywordList } from "../../contract/keywords.ts";
import { languageName, languageNames } from "../../contract/languages.ts";
import { Problem } from "../http/problem.ts";
import type { Limits } from "../service/settings.ts";
import type { Fields } from "./fields.ts";

/** What a client knows beforehand of what is said. */
export interface Expectations {
  /** By its English name. */
  language: string | undefined;
  languages: readonly string[] | undefined;
  prompt: string | undefined;
  keywords: Keyword[];
}

/** Throws `Problem` 400. */
export function expectationsOf(fields: Fields, limits: Limits): Expectations {
  return {
    ...languagesOf(fields),
    prompt: promptOf(fields, limits),
    keywords: keywordsOf(fields, limits),
  };
}

function languagesOf(fields: Fields): Pick<Expectations, "language" | "languages"> {
  const language = ofField("language", () => languageName(fields.text("language")));
  const list = fields.list("languages");
  const languages =
    list.length === 0 ? undefined : ofField("languages[]", () => languageNames(list));
  if (language !== undefined && languages !== undefined) {
    const message = "language forces one language, languages[] lets the model choose: send one";
    throw new Problem(400, message, { code: "invalid_value", param: "languages[]" });
  }
  return { language, languages };
}

/** What `read` makes of a field; an error of its value becomes one of the field. */
export function ofField<Value>(param: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    throw new Problem(400, `${param}: ${error.oneLine}`, { code: "invalid_value", param });
  }
}

function promptOf(fields: Fields, { maxPromptBytes }: Limits): string | undefined {
  const prompt = fields.text("prompt");
  const bytes = Buffer.byteLength(prompt ?? "");
  if (bytes <= maxPromptBytes) return prompt;
  const message = `prompt has ${bytes} bytes, at most ${maxPromptBytes} are taken`;
  throw new Problem(400, message, { code: "string_above_max_length", param: "prompt" });
}

/** Keywords as they are: what stands behind a colon in one is no weight. */
function keywordsOf(fields: Fields, limits: Limits): Keyword[] {
  const words = fields.list("keywords");
  const param = "keywords[]";
  if (words.length > limits.maxKeywords) {
    const message = `${words.length} keywords, at most ${limits.maxKeywords} are taken`;
    throw new Problem(400, message, { code: "array_above_max_length", param });
  }
  const longest = Math.max(0, ...words.map((word) => [...word.trim()].length));
  if (longest > limits.maxKeywordLength) {
    const message = `a keyword has ${longest} characters, at most ${limits.maxKeywordLength}`;
    throw new Problem(400, `${message} are taken`, { code: "string_above_max_length", param });
  }
  return ofField(param, () => keywordList(words.map((word) => ({ word }))));
}
