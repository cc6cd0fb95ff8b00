import type { Segment, Word } from "../../../contract/transcript.ts";
import { defaultLayout } from "../../../output/cues/layout.ts";
import { printableSegment } from "../../../output/printable.ts";
import { srt } from "../../../output/srt.ts";
import { txt } from "../../../output/txt.ts";
import { vtt } from "../../../output/vtt.ts";
import { withoutControls } from "../../../text/controls.ts";
import { recordsIn } from "./records.ts";

/** What was said, as far as it is known. */
export interface Result {
  text: string;
  /** Code of the language; "" where none was told. */
  language: string;
  /** Seconds; undefined until it is known. */
  duration: number | undefined;
  /** With their words, where their times are known. */
  segments: Segment[];
  /** What a person should know of the text: that some may be missing, and why. */
  notes: string[];
}

export function emptyResult(): Result {
  return { text: "", language: "", duration: undefined, segments: [], notes: [] };
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
    const { text, language, duration } = result;
    const segments = result.segments.map(({ id, start, end, text }) => ({ id, start, end, text }));
    const words = result.segments.flatMap((segment) => segment.words ?? []);
    const timed = words.length > 0 ? { words: words.map(openAiWord) } : {};
    return `${JSON.stringify({ text, language, duration, segments, ...timed }, null, 2)}\n`;
  }
  const shown = {
    text: withoutControls(result.text),
    segments: result.segments.map(printableSegment),
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
  const words = wordsIn(value["words"]);
  if (typeof start !== "number" || typeof end !== "number" || typeof text !== "string")
    return undefined;
  return {
    id,
    start,
    end,
    text: text.trim(),
    language: "",
    estimated: words.length === 0 || words.some(({ estimated }) => estimated),
    avgLogprob: typeof logprob === "number" ? logprob : 0,
    lowConfidence: false,
    ...(words.length > 0 ? { words } : {}),
  };
}

export function segmentsIn(value: unknown): Segment[] {
  return recordsIn(value).flatMap((one, id) => segmentIn(one, id) ?? []);
}

/** Words as the server's events and answers have them. */
export function wordsIn(value: unknown): Word[] {
  return recordsIn(value).flatMap(({ word: text, start, end, probability, estimated }) =>
    typeof text === "string" && typeof start === "number" && typeof end === "number"
      ? [
          {
            text,
            start,
            end,
            probability: Number(probability ?? 1),
            estimated: estimated !== false,
          },
        ]
      : [],
  );
}

function openAiWord({ text: word, start, end, probability, estimated }: Word): object {
  return { word, start, end, probability, estimated };
}

/** Segments with those of the words that begin in each, or before it. */
export function withWords(segments: readonly Segment[], words: readonly Word[]): Segment[] {
  let next = 0;
  return segments.map((segment) => {
    const first = next;
    while (next < words.length && words[next]!.start < segment.end) next++;
    return next === first ? segment : { ...segment, words: words.slice(first, next) };
  });
}
