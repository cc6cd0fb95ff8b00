// This folder: a transcript in each format, as pure functions.

import { didYouMean } from "../contract/did-you-mean.ts";
import { AsrError } from "../contract/errors.ts";
import type { Transcript } from "../contract/transcript.ts";
import { withoutControls } from "../text/controls.ts";
import { defaultLayout, type Layout } from "./cues/layout.ts";
import { json } from "./json.ts";
import { jsonl } from "./jsonl.ts";
import { lrc } from "./lrc.ts";
import { printableSegment } from "./printable.ts";
import { srt } from "./srt.ts";
import { tsv } from "./tsv.ts";
import { txt } from "./txt.ts";
import { vtt } from "./vtt.ts";

/** What a format needs to know beside the transcript. */
export interface RenderOptions extends Layout {
  /** The recording, as the user named it. */
  path: string;
}

type Writer = (transcript: Transcript, options: RenderOptions) => string;

/** Each format by its name, which is also the extension of its files. */
const writers = {
  txt,
  srt,
  vtt,
  json,
  jsonl: (transcript, { path }) => jsonl(transcript, path),
  tsv,
  lrc,
} as const satisfies Record<string, Writer>;

/** A format of transcripts, and the extension of its files. */
export type OutputFormat = keyof typeof writers;

/** All formats, in the order in which help texts name them. */
export const outputFormats = Object.keys(writers) as readonly OutputFormat[];

/** The transcript in a format. */
export function render(
  format: OutputFormat,
  transcript: Transcript,
  options: Partial<Layout> & { path: string },
): string {
  // JSON has a way to write control characters; what a screen or a player reads has none.
  const shown = format.startsWith("json") ? transcript : printable(transcript);
  return writers[format](shown, { ...defaultLayout, ...options });
}

function printable(transcript: Transcript): Transcript {
  const segments = transcript.segments.map(printableSegment);
  return { ...transcript, text: withoutControls(transcript.text), segments };
}

/**
 * The formats of a list as in `txt,srt` or `all`, each once. Throws AsrError `usage` for a name
 * that is none, which `flag` gave.
 */
export function parseFormats(list: string, flag: string): OutputFormat[] {
  const names = list.split(",").map((name) => name.trim().toLowerCase());
  const formats = names.flatMap((name) => (name === "all" ? outputFormats : [named(name, flag)]));
  return [...new Set(formats)];
}

/** The format that a file name asks for by its extension, if any. */
export function formatOfFile(path: string): OutputFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  return outputFormats.find((format) => format === extension);
}

function named(name: string, flag: string): OutputFormat {
  const format = outputFormats.find((candidate) => candidate === name);
  if (format !== undefined) return format;
  const hint = didYouMean(name, [...outputFormats, "all"]);
  throw new AsrError("usage", `${flag}: unknown format "${name}"`, hint);
}
