import { checkedText } from "../../contract/alignment.ts";
import { AsrError } from "../../contract/errors.ts";
import { alignSettings } from "../../contract/option-checks.ts";
import type { AlignOptions } from "../../contract/options.ts";
import { readSubtitles, type Subtitles } from "../../text/subtitles.ts";
import { Problem } from "../http/problem.ts";
import type { ServerContext } from "../service/service.ts";
import { wordSources } from "../service/settings.ts";
import { expectationsOf, ofField } from "../transcriptions/expectations.ts";
import { Fields } from "../transcriptions/fields.ts";
import { type CueLayout, layoutOf } from "../transcriptions/times.ts";

/** What an answer may be. */
export const alignmentFormats = ["json", "verbose_json", "srt", "vtt", "lrc", "tsv"] as const;

export type AlignmentFormat = (typeof alignmentFormats)[number];

/** What a client asks for besides its recording, checked. */
export interface AlignmentRequest {
  /** The name that the client gave, which need not be one that is served. */
  model: string | undefined;
  format: AlignmentFormat;
  /** A whole text, or its lines. */
  text: string | string[];
  /** Those that the text is of. */
  subtitles: Subtitles | undefined;
  layout: CueLayout;
  /** The language that was asked for, by its English name. */
  language: string | undefined;
  options: AlignOptions;
  /** What of the wish could not be fulfilled, in sentences. */
  notes: readonly string[];
}

/** Throws `Problem` 400. */
export function readAlignment(
  given: ReadonlyMap<string, readonly string[]>,
  { limits, words: defaultSource }: Pick<ServerContext, "limits" | "words">,
): AlignmentRequest {
  const fields = new Fields(given);
  const format = fields.choice("response_format", alignmentFormats) ?? "json";
  const source = fields.choice("words", wordSources) ?? defaultSource;
  const expected = expectationsOf(fields, limits);
  checkChannel(fields);
  const isStreamed = fields.boolean("stream") ?? false;
  return {
    model: fields.text("model")?.trim(),
    format,
    ...givenText(fields),
    layout: layoutOf(fields, format),
    language: expected.language,
    // With `auto` of its own accord the text is aligned by sentences where nobody times words.
    options: { ...expected, ...(source === "auto" ? {} : { words: source }) },
    notes: isStreamed ? ["alignments do not come as events: stream is ignored"] : [],
  };
}

function givenText(fields: Fields): Pick<AlignmentRequest, "text" | "subtitles"> {
  const text = onlyText(fields, "text");
  const srt = onlyText(fields, "srt");
  const lines = fields.boolean("lines") ?? false;
  if (text !== undefined && srt !== undefined) {
    const message = "text and srt exclude each other: send the one that is said";
    throw new Problem(400, message, { code: "invalid_value", param: "srt" });
  }
  if (srt !== undefined) {
    const subtitles = subtitlesOf(srt);
    return { text: ofField("srt", () => checkedText(subtitles.cues)), subtitles };
  }
  if (text === undefined) {
    const message = "the form has no text to align: send it as the field text, or subtitles as srt";
    throw new Problem(400, message, { code: "missing_text", param: "text" });
  }
  const whole = lines ? text.split(/\r\n|\r|\n/) : text;
  return { text: ofField("text", () => checkedText(whole)), subtitles: undefined };
}

/** Of two texts none is taken: half of what was said would not be looked for. */
function onlyText(fields: Fields, name: "text" | "srt"): string | undefined {
  const [text, ...more] = fields.list(name);
  if (more.length === 0) return text;
  const message = `the form has ${name} ${more.length + 1} times: send the whole as one field`;
  throw new Problem(400, message, { code: "invalid_value", param: name });
}

function checkChannel(fields: Fields): void {
  const channel = fields.text("channel")?.trim();
  if (channel !== "each") return;
  ofField("channel", () => alignSettings({ channel }));
}

function subtitlesOf(srt: string): Subtitles {
  try {
    return readSubtitles(srt, "srt");
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    const message = `${error.message}; SubRip and WebVTT are read, text takes plain text`;
    throw new Problem(400, message, { code: "invalid_value", param: "srt" });
  }
}
