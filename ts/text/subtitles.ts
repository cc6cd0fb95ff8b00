import { AsrError } from "../contract/errors.ts";
import type { Span } from "../contract/transcript.ts";

/** A cue of a file of subtitles. */
export interface SubtitleCue {
  /** What is said, in one or more lines: without tags, signs of music, and sounds in brackets. */
  text: string;
  /** What stands there where nothing is said, as [music]; undefined where something is. */
  sounds: string | undefined;
  /** The times that the file gives; undefined where they cannot be read. */
  span: Span | undefined;
  /** The line of the file with the times, from 0. */
  line: number;
}

/** A file of subtitles, of which everything but the times is kept as it is. */
export interface Subtitles {
  format: "srt" | "vtt";
  cues: SubtitleCue[];
  /** The lines of the file, each with its end. */
  lines: readonly string[];
}

/** Times, right or wrong, and an arrow, right or wrong. */
const arrow = /^\S*\s*-{1,3}>/;
const number = /^\s*\d+\s*$/;

/**
 * Reads SubRip or WebVTT; times may be wrong in any way, for they are not needed. `name` is what
 * messages call the file. Throws AsrError `usage` where there is no cue with a word in it.
 */
export function readSubtitles(file: string, name: string): Subtitles {
  const lines = file.replace(/^\ufeff/, "").match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
  const format = /^WEBVTT(?:\s|$)/.test(lines[0] ?? "") ? "vtt" : "srt";
  const plain = lines.map((line) => line.trim());
  const isTimes = (at: number) => {
    if (!arrow.test(plain[at] ?? "")) return false;
    if (/^[\d:.,]+\s*-/.test(plain[at]!)) return true;
    // A text may have an arrow in it, but does not begin a block.
    const before = plain[at - 1] ?? "";
    return before === "" || number.test(before) || (plain[at - 2] ?? "") === "";
  };
  const places = plain.flatMap((_, at) => (isTimes(at) ? [at] : []));
  const cues = places.map((line, index): SubtitleCue => {
    const next = places[index + 1] ?? lines.length;
    const own = plain.slice(line + 1, next);
    const end = format === "vtt" ? own.indexOf("") : textEnd(own, next < lines.length);
    const written = own.slice(0, end < 0 ? own.length : end).join("\n");
    const text = spokenText(written, format);
    const sounds = text === "" && written !== "" ? written : undefined;
    return { text, sounds, span: timesIn(plain[line]!), line };
  });
  if (cues.some(({ text }) => /[\p{L}\p{N}]/u.test(text))) return { format, cues, lines };
  const hint = "SubRip (.srt) and WebVTT (.vtt) are read; --text takes plain text";
  throw new AsrError("usage", `${name}: has no subtitles in it`, hint);
}

/** Where the text of a SubRip cue ends, before the number of the next one. */
function textEnd(lines: readonly string[], isBeforeCue: boolean): number {
  let end = lines.length;
  while (end > 0 && lines[end - 1] === "") end--;
  if (isBeforeCue && end > 0 && number.test(lines[end - 1]!)) end--;
  while (end > 0 && lines[end - 1] === "") end--;
  return end;
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  nbsp: "\u00a0",
  lrm: "\u200e",
  rlm: "\u200f",
};

/** What of a cue's text is said; names of speakers stay, as they may be. */
function spokenText(text: string, format: Subtitles["format"]): string {
  const bare = text
    .replaceAll(/<[^<>]*>|\{\\[^{}]*\}/g, "")
    .replaceAll(/\[[^[\]]*\]|\([^()]*\)|（[^（）]*）|[♪♫#]+/g, " ");
  const plain =
    format === "vtt" ? bare.replaceAll(/&([a-z]+);/g, (all, key) => entities[key] ?? all) : bare;
  const kept = plain.split("\n").map((line) => line.trim());
  return kept.filter((line) => line !== "").join("\n");
}

/** The times of a line, where they make sense. */
function timesIn(line: string): Span | undefined {
  const found = [...line.matchAll(/(?:(\d+):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})(?!\d)/g)];
  const [start, end] = found.slice(0, 2).map(([, hours = "0", minutes, seconds, fraction]) => {
    const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    return whole + Number(fraction) / 10 ** fraction!.length;
  });
  return start === undefined || end === undefined || end < start ? undefined : { start, end };
}
