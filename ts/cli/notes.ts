import type { Chunk, Transcript } from "../transcript.ts";
import { clockText } from "./clock-text.ts";

/** What the user should know about a transcript that is there, a line each. */
export function notesOn(path: string, transcript: Transcript): string[] {
  const { text, chunks, finishReason } = transcript;
  if (finishReason === "cancelled") {
    const end = clockText(chunks.at(-1)?.end ?? 0);
    return [`warning: ${path}: not finished, the transcript ends at ${end}`];
  }
  const notes: string[] = [];
  const cut = chunks.filter((chunk) => chunk.finishReason === "length");
  const looped = chunks.filter((chunk) => chunk.finishReason === "loop");
  if (cut.length > 0) {
    const what = `text may be missing, cut off at the most tokens in ${placesOf(cut)}`;
    notes.push(`warning: ${path}: ${what}; --max-tokens allows more`);
  }
  if (looped.length > 0) {
    const what = `text may be missing, the model repeated itself in ${placesOf(looped)}`;
    notes.push(`warning: ${path}: ${what}; another --chunk-seconds may help`);
  }
  if (text === "") notes.push(`note: ${path}: no speech was recognised`);
  return notes;
}

const mostPlaces = 3;

function placesOf(chunks: readonly Chunk[]): string {
  const places = chunks
    .slice(0, mostPlaces)
    .map(({ start, end }) => `${clockText(start)}–${clockText(end)}`);
  const more = chunks.length - places.length;
  return more > 0 ? `${places.join(", ")} and ${more} more` : places.join(", ");
}

/** What became of an input, for those who do not see its text: `a.mp3: 12:30 in 0:37 → a.srt`. */
export function fileLine(path: string, transcript: Transcript, files: readonly string[]): string {
  const { duration, timings, rtf } = transcript;
  const took = `${clockText(duration)} in ${clockText(timings.totalMs / 1000)}, RTF ${rtf.toPrecision(2)}`;
  return files.length > 0 ? `${path}: ${took} → ${files.join(", ")}` : `${path}: ${took}`;
}

/** The times of a transcription on one line. */
export function statsText({ timings, duration, usage, rtf }: Transcript): string {
  const tokens = usage.outputTokens;
  const ms = (value: number) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
  const each = tokens > 0 ? `, ${ms(timings.decodeMs / tokens)} each` : "";
  return [
    `${duration.toFixed(2)} s of audio`,
    `read ${ms(timings.audioMs)}`,
    `mel ${ms(timings.melMs)}`,
    `encode ${ms(timings.encodeMs)}`,
    `prefill ${ms(timings.prefillMs)}`,
    `decode ${ms(timings.decodeMs)} (${tokens} tokens${each})`,
    `total ${ms(timings.totalMs)}`,
    `RTF ${rtf.toFixed(3)}`,
  ].join(" · ");
}
