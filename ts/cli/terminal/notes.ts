import type { Chunk, FinishReason, Transcript } from "../../contract/transcript.ts";
import { clockText } from "../../text/clock-text.ts";

/** What whoever speaks of anything else has to know. */
export const demoNote =
  "note: the demo model knows a few hundred English words about the home, times and travel; " +
  "--model 0.6b is a full one";

/** Why text of a transcript may be missing, and what may help; nothing where it is whole. */
export function warningsOn({ chunks, finishReason, warnings: heard = [] }: Transcript): string[] {
  if (finishReason === "cancelled") {
    return [`not finished, the transcript ends at ${clockText(chunks.at(-1)?.end ?? 0)}`];
  }
  const causes = Object.entries(failures).flatMap(([reason, { why, hint }]) => {
    const where = placesOf(chunks.filter((chunk) => chunk.finishReason === reason));
    return where === "" ? [] : [`${why} in ${where}; ${hint}`];
  });
  return [...heard, ...causes].map((cause) => `text may be missing, ${cause}`);
}

const otherCuts = "another --chunk-seconds may help";

type Failure = Exclude<FinishReason, "eos" | "cancelled">;

/** What the model did, for each way to end that loses text, and what may help. */
const failures: Record<Failure, { why: string; hint: string }> = {
  length: { why: "cut off at the most tokens", hint: "--max-tokens allows more" },
  loop: { why: "the model repeated itself", hint: otherCuts },
  short: {
    why: "the model wrote far too little for the voice",
    hint: `${otherCuts}, or a shorter --context`,
  },
  garbled: { why: "the model wrote something else than text", hint: otherCuts },
};

const maxPlaces = 3;

function placesOf(chunks: readonly Chunk[]): string {
  const places = chunks
    .slice(0, maxPlaces)
    .map(({ start, end }) => `${clockText(start)}–${clockText(end)}`);
  const more = chunks.length - places.length;
  return more > 0 ? `${places.join(", ")} and ${more} more` : places.join(", ");
}

/** What became of an input, for those who do not see its text: `a.mp3: 12:30 in 0:37 → a.srt`. */
export function fileLine(path: string, transcript: Transcript, files: readonly string[]): string {
  const { duration, timings, rtf, finishReason } = transcript;
  const arrow = files.length > 0 ? ` → ${files.join(", ")}` : "";
  // Of a part, the length of the whole says nothing.
  if (finishReason === "cancelled") return `${path}: a part${arrow}`;
  const seconds = timings.totalMs / 1000;
  const spent = seconds < 10 ? `${seconds.toFixed(1)} s` : clockText(seconds);
  const speed = `RTF ${rtf.toPrecision(2)}`;
  return `${path}: ${clockText(duration)} in ${spent}, ${speed}${arrow}`;
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
    ...(timings.wordsMs === undefined ? [] : [`words ${ms(timings.wordsMs)}`]),
    `total ${ms(timings.totalMs)}`,
    `RTF ${rtf.toFixed(3)}`,
  ].join(" · ");
}
