import { AsrError } from "../../contract/errors.ts";
import { type Keyword, keywordList } from "../../contract/keywords.ts";
import { languageName, languageNames } from "../../contract/languages.ts";
import type { StreamOptions } from "../../contract/options.ts";
import { Problem } from "../http/problem.ts";
import type { ServerContext } from "../service/service.ts";
import type { Limits } from "../service/settings.ts";
import { chunkingOf } from "./chunking.ts";
import { Fields } from "./fields.ts";
import { type ResponseFormat, responseFormats } from "./formats.ts";
import { type AskedTimes, timesOf } from "./times.ts";

/** What a client asks for besides its recording, checked. */
export interface TranscriptionRequest {
  /** The name that the client gave, which need not be one that is served. */
  model: string | undefined;
  format: ResponseFormat;
  /** Whether the answer is a stream of events. */
  isStreamed: boolean;
  hasSegments: boolean;
  layout: AskedTimes["layout"];
  /** Whether the answer may have no words, though they were asked for. */
  mayLackWords: boolean;
  hasLogprobs: boolean;
  temperature: number;
  /** The language that was asked for, by its English name. */
  language: string | undefined;
  options: StreamOptions;
  /** What of the wish could not be fulfilled, in sentences. */
  notes: readonly string[];
}

/** Formats that are no JSON and cannot come as events. */
const subtitles: readonly ResponseFormat[] = ["srt", "vtt"];

/** Fields of which many programs send what OpenAI takes; others are ignored, as OpenAI's are. */
export function readRequest(
  given: ReadonlyMap<string, readonly string[]>,
  { limits, words: defaultSource }: Pick<ServerContext, "limits" | "words">,
): TranscriptionRequest {
  const fields = new Fields(given);
  const format = fields.choice("response_format", responseFormats) ?? "json";
  const isAsked = fields.boolean("stream") ?? false;
  const isStreamed = isAsked && !subtitles.includes(format);
  const answer = { format, isStreamed };
  const times = timesOf(fields, answer, defaultSource);
  const { hasSegments, layout, words, mayLackWords, notes } = times;
  const hasLogprobs = logprobsOf(fields, format);
  const temperature = fields.number("temperature", 0, 1) ?? 0;
  const { language, languages } = languagesOf(fields);
  return {
    model: fields.text("model")?.trim(),
    format,
    isStreamed,
    hasSegments,
    layout,
    mayLackWords,
    hasLogprobs,
    temperature,
    language,
    options: {
      language,
      languages,
      prompt: promptOf(fields, limits),
      keywords: keywordsOf(fields, limits),
      temperature,
      logprobs: hasLogprobs,
      words,
      ...chunkingOf(fields),
      ...(format === "diarized_json" ? { channel: "each" } : {}),
    },
    notes: [
      ...(isAsked && !isStreamed ? [`${format} does not come as events: stream is ignored`] : []),
      ...notes,
    ],
  };
}

function logprobsOf(fields: Fields, format: ResponseFormat): boolean {
  const hasLogprobs = fields.choices("include", ["logprobs"]).has("logprobs");
  if (!hasLogprobs || format === "json" || format === "verbose_json") return hasLogprobs;
  const message = `include[]=logprobs goes with response_format json or verbose_json`;
  const details = { code: "unsupported_value", param: "include[]" };
  throw new Problem(400, `${message}, not with ${format}`, details);
}

function languagesOf(fields: Fields): Pick<TranscriptionRequest, "language"> & {
  languages: readonly string[] | undefined;
} {
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

/** An error of a value becomes one of its field. */
function ofField<Value>(param: string, read: () => Value): Value {
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
