import type { Layout } from "../../output/cues/layout.ts";
import { Problem } from "../http/problem.ts";
import { type WordSource, wordSources } from "../service/settings.ts";
import { type Fields, unexpected } from "./fields.ts";
import type { ResponseFormat } from "./formats.ts";

/** How subtitles are cut and shown by the times of words, where the client says it. */
export type CueLayout = Pick<Partial<Layout>, "maxWordsPerCue" | "highlightWords">;

/** What of times a client asks for. */
export interface AskedTimes {
  hasSegments: boolean;
  layout: CueLayout;
  /** Where the times of words come from; undefined where nobody asked for words. */
  words: WordSource | undefined;
  /**
   * Whether segments alone are an answer, too: clients that ask for both make the best of what
   * they are given.
   */
  mayLackWords: boolean;
  /** What of the wish could not be fulfilled, in sentences. */
  notes: readonly string[];
}

const granularityField = "timestamp_granularities[]";

/**
 * Reads OpenAI's `timestamp_granularities[]`, and our own fields: `words`, which says where word
 * times come from and goes with every format that has room for them, and those of subtitles that
 * are made by the times of words. Throws `Problem` 400.
 */
export function timesOf(
  fields: Fields,
  { format, isStreamed }: { format: ResponseFormat; isStreamed: boolean },
  defaultSource: WordSource,
): AskedTimes {
  const granularities = fields.choices("timestamp_granularities", ["segment", "word"]);
  const source = fields.choice("words", wordSources);
  const isJson = format === "json" || format === "verbose_json";
  if (granularities.size > 0 && !isJson) {
    const message = `${granularityField} goes with response_format json or verbose_json`;
    const hint = format === "text" ? "" : "; words=auto gives words their times there";
    const details = { code: "unsupported_value", param: granularityField };
    throw new Problem(400, `${message}, not with ${format}${hint}`, details);
  }
  const layout = layoutOf(fields, format);
  const isAsked =
    source !== undefined || granularities.has("word") || Object.keys(layout).length > 0;
  const hasRoom = format !== "text" || isStreamed;
  return {
    hasSegments: granularities.has("segment") || format === "verbose_json",
    layout,
    words: isAsked && hasRoom ? (source ?? defaultSource) : undefined,
    mayLackWords: source === undefined && granularities.has("segment"),
    notes: isAsked && !hasRoom ? ["text has no room for words: words is ignored"] : [],
  };
}

/** Throws `Problem` 400 for what is about subtitles where none are asked for. */
export function layoutOf(fields: Fields, format: string): CueLayout {
  const maxWordsPerCue = fields.number("max_words_per_cue", 1, 1000);
  if (maxWordsPerCue !== undefined && !Number.isInteger(maxWordsPerCue))
    throw unexpected("max_words_per_cue", maxWordsPerCue, "a whole number from 1 to 1000");
  const highlightWords = fields.boolean("highlight_words") || undefined;
  const layout = {
    ...(maxWordsPerCue === undefined ? {} : { maxWordsPerCue }),
    ...(highlightWords === undefined ? {} : { highlightWords }),
  };
  const param = maxWordsPerCue === undefined ? "highlight_words" : "max_words_per_cue";
  if (Object.keys(layout).length === 0 || format === "srt" || format === "vtt") return layout;
  const message = `${param} is about subtitles: it goes with response_format srt or vtt`;
  const details = { code: "unsupported_value", param };
  throw new Problem(400, `${message}, not with ${format}`, details);
}
