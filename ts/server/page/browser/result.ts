import type { Segment } from "../../../contract/transcript.ts";
import { defaultLayout } from "../../../output/cues/layout.ts";
import { srt } from "../../../output/srt.ts";
import { txt } from "../../../output/txt.ts";
import { vtt } from "../../../output/vtt.ts";
import { withoutControls } from "../../../text/controls.ts";
import { recordsIn } from "./records.ts";

/** A word with its times in seconds. */
export interface Word {
  word: string;
  start: number;
  end: number;
}

/** What was said, as far as it is known. */
export interface Result {
  text: string;
  /** Code of the language; "" where none was told. */
  language: string;
  /** Seconds; undefined until it is known. */
  duration: number | undefined;
  segments: Segment[];
  words: Word[];
  /** What a person should know of the text: that some may be missing, and why. */
  notes: string[];
}

export function emptyResult(): Result {
  return { text: "", language: "", duration: undefined, segments: [], words: [], notes: [] };
}

export type DownloadFormat = "txt" | "srt" | "vtt" | "json";

/** The media type of each format. */
export const mediaTypes: Readonly<Record<DownloadFormat, string>> = {
  txt: "text/plain",
  srt: "application/x-subrip",
  vtt: "text/vtt",
  json: "application/json",
};

/** The result in a format, by the writers of the command line. */
export function download(format: DownloadFormat, result: Result): string {
  if (format === "json") {
    const { text, language, duration, words } = result;
    const segments = result.segments.map(({ id, start, end, text }) => ({ id, start, end, text }));
    const timed = words.length > 0 ? { words } : {};
    return `${JSON.stringify({ text, language, duration, segments, ...timed }, null, 2)}\n`;
  }
  const shown = {
    text: withoutControls(result.text),
    segments: result.segments.map((segment) => ({
      ...segment,
      text: withoutControls(segment.text),
    })),
  };
  if (format === "txt") return txt(shown);
  return format === "srt" ? srt(shown, defaultLayout) : vtt(shown, defaultLayout);
}

/** A segment as the server's events and answers have it; undefined where it is none. */
export function segmentIn(
  value: Readonly<Record<string, unknown>>,
  id: number,
): Segment | undefined {
  const { start, end, text, avg_logprob: logprob } = value;
  if (typeof start !== "number" || typeof end !== "number" || typeof text !== "string")
    return undefined;
  return {
    id,
    start,
    end,
    text: text.trim(),
    language: "",
    estimated: true,
    avgLogprob: typeof logprob === "number" ? logprob : 0,
    lowConfidence: false,
  };
}

export function segmentsIn(value: unknown): Segment[] {
  return recordsIn(value).flatMap((one, id) => segmentIn(one, id) ?? []);
}

export function wordsIn(value: unknown): Word[] {
  return recordsIn(value).flatMap(({ word, start, end }) =>
    typeof word === "string" && typeof start === "number" && typeof end === "number"
      ? [{ word, start, end }]
      : [],
  );
}
