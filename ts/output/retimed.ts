import type { Span } from "../contract/transcript.ts";
import type { SubtitleCue, Subtitles } from "../text/subtitles.ts";
import { clock } from "./clock.ts";
import { minCueSeconds } from "./cues/cue.ts";

/** What a cue gets of which no time is known at all, in seconds. */
const otherCueSeconds = 2;

/**
 * A file of subtitles with new times, and everything else as it was. `spans` has the time of each
 * cue, in order; undefined for one in which nothing was heard: it keeps its distance to the cue
 * before it, else behind it, as far as there is room. Short cues last into the time that is free.
 */
export function retimed(subtitles: Subtitles, spans: readonly (Span | undefined)[]): string {
  const { format, cues } = subtitles;
  const lines = [...subtitles.lines];
  const rooms = roomsOf(spans);
  const shifts = shiftsOf(cues, spans);
  let last = 0;
  for (const [index, { line, span: old }] of cues.entries()) {
    const room = rooms[index]!;
    const shift = shifts[index];
    const guess =
      old === undefined || shift === undefined
        ? { start: last / 1000, end: last / 1000 + otherCueSeconds }
        : { start: old.start + shift, end: old.end + shift };
    const { start, end } = spans[index] ?? { ...guess, start: Math.min(guess.start, room / 1000) };
    const startMs = Math.max(last, toMs(start));
    const wanted = Math.max(toMs(end), startMs + toMs(minCueSeconds));
    const endMs = Math.max(startMs + 1, Math.min(wanted, room));
    lines[line] = timesLine(lines[line]!, startMs, endMs, format);
    last = endMs;
  }
  const whole = lines.join("");
  // Times within a cue are those of the old recording.
  return format === "vtt" ? whole.replaceAll(/<\d[\d:.]*>/g, "") : whole;
}

/** When the next cue begins that has a time, in milliseconds. */
function roomsOf(spans: readonly (Span | undefined)[]): number[] {
  const rooms: number[] = new Array(spans.length);
  let next = Number.POSITIVE_INFINITY;
  for (let index = spans.length - 1; index >= 0; index--) {
    rooms[index] = next;
    next = toMs(spans[index]?.start ?? next / 1000);
  }
  return rooms;
}

/** How far cues moved: each as the last one before it did, the first ones as the one behind. */
function shiftsOf(
  cues: readonly SubtitleCue[],
  spans: readonly (Span | undefined)[],
): (number | undefined)[] {
  const known = cues.map(({ span }, index) => {
    const now = spans[index];
    return span === undefined || now === undefined ? undefined : now.start - span.start;
  });
  let last = known.find((shift) => shift !== undefined);
  return known.map((shift) => {
    last = shift ?? last;
    return last;
  });
}

function toMs(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** The line with other times; what stands behind them, as where a cue is shown, stays. */
function timesLine(line: string, startMs: number, endMs: number, format: Subtitles["format"]) {
  const [, rest = "", end = ""] = /-{1,3}>[^\S\r\n]*\S*([^\r\n]*)([\r\n]*)$/.exec(line) ?? [];
  const sign = format === "srt" ? "," : ".";
  return `${clock(startMs, sign)} --> ${clock(endMs, sign)}${rest}${end}`;
}
