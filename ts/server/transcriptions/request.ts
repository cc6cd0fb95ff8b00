import type { StreamOptions } from "../../contract/options.ts";
import { Problem } from "../http/problem.ts";
import type { ServerContext } from "../service/service.ts";
import { chunkingOf } from "./chunking.ts";
import { expectationsOf } from "./expectations.ts";
import { Fields } from "./fields.ts";
import { type ResponseFormat, responseFormats } from "./formats.ts";
import { type CueLayout, timesOf } from "./times.ts";

/** What a client asks for besides its recording, checked. */
export interface TranscriptionRequest {
  /** The name that the client gave, which need not be one that is served. */
  model: string | undefined;
  format: ResponseFormat;
  /** Whether the answer is a stream of events. */
  isStreamed: boolean;
  hasSegments: boolean;
  layout: CueLayout;
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
  const expected = expectationsOf(fields, limits);
  return {
    model: fields.text("model")?.trim(),
    format,
    isStreamed,
    hasSegments,
    layout,
    mayLackWords,
    hasLogprobs,
    temperature,
    language: expected.language,
    options: {
      ...expected,
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
