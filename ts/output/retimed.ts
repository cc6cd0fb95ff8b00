import type { Span } from "../contract/transcript.ts";
import type { SubtitleCue, Subtitles } from "../text/subtitles.ts";
import { clock } from "./clock.ts";
import { minCueSeconds } from "./cues/cue.ts";

/** What a cue gets of which no time is known at all, in seconds. */
const otherCueSeconds = 2;

/** What a cue in which nothing was heard lasts at least, where its neighbours can spare it. */
const minOtherMs = 500;

/** When a cue is shown, in milliseconds, as far as that was heard; and when it has to be over. */
interface Place {
  heard: { startMs: number; endMs: number } | undefined;
  latestMs: number;
}

/**
 * A file of subtitles with new times, and everything else as it was. `spans` has the time of each
 * cue, in order; undefined for one in which nothing was heard: it keeps its distance to the cue
 * before it, else behind it, as far as there is room, and takes a little from both where there is
 * none. Short cues last into the time that is free.
 */
export function retimed(subtitles: Subtitles, spans: readonly (Span | undefined)[]): string {
  const { format, cues } = subtitles;
  const lines = [...subtitles.lines];
  const places = placesOf(cues, spans);
  const shifts = shiftsOf(cues, spans);
  let last = 0;
  for (const [index, { line, span: old }] of cues.entries()) {
    const { heard, latestMs } = places[index]!;
    const shift = shifts[index];
    const guess =
      old === undefined || shift === undefined
        ? { startMs: last, endMs: last + toMs(otherCueSeconds) }
        : { startMs: toMs(old.start + shift), endMs: toMs(old.end + shift) };
    const wanted = heard ?? { ...guess, startMs: Math.min(guess.startMs, latestMs - least(old)) };
    const startMs = Math.max(last, wanted.startMs);
    const longEnough = Math.max(wanted.endMs, startMs + toMs(minCueSeconds));
    const endMs = Math.max(startMs + 1, Math.min(longEnough, latestMs));
    lines[line] = timesLine(lines[line]!, startMs, endMs, format);
    last = endMs;
  }
  const whole = lines.join("");
  // Times within a cue are those of the old recording.
  return format === "vtt" ? whole.replaceAll(/<\d[\d:.]*>/g, "") : whole;
}

/** The places of cues; those in which something was heard make room for the others. */
function placesOf(cues: readonly SubtitleCue[], spans: readonly (Span | undefined)[]): Place[] {
  const places = spans.map((span): Place => {
    const heard = span && { startMs: toMs(span.start), endMs: toMs(span.end) };
    return { heard, latestMs: Number.POSITIVE_INFINITY };
  });
  let before = -1;
  for (const [index, { heard }] of places.entries()) {
    if (heard === undefined) continue;
    makeRoom(places, cues, before, index);
    before = index;
  }
  return places;
}

/** Sets when the cues from `before` on have to be over, for the one heard next is `behind`. */
function makeRoom(
  places: readonly Place[],
  cues: readonly SubtitleCue[],
  before: number,
  behind: number,
): void {
  const first = places[before]?.heard;
  const next = places[behind]!.heard!;
  const needs = cues.slice(before + 1, behind).map(({ span }) => least(span));
  const needed = needs.reduce((sum, need) => sum + need, 0);
  const free = next.startMs - (first?.endMs ?? 0);
  const missing = Math.max(0, needed - free);
  const fromFirst = first === undefined ? 0 : spared(first);
  const fromNext = Math.min(spared(next), Math.max(Math.ceil(missing / 2), missing - fromFirst));
  const room = free + fromNext + Math.min(fromFirst, missing - fromNext);
  next.startMs += fromNext;
  const share = needed === 0 ? 0 : Math.max(0, Math.min(1, room / needed));
  let latest = next.startMs;
  for (let index = behind - 1; index >= Math.max(0, before); index--) {
    places[index]!.latestMs = Math.round(latest);
    latest -= share * (needs[index - before - 1] ?? 0);
  }
}

/** What a cue can spare at one of its ends: it keeps at least a third. */
function spared({ startMs, endMs }: { startMs: number; endMs: number }): number {
  return Math.max(0, Math.floor((endMs - startMs) / 3));
}

/** What a cue should last at least in which nothing was heard: no longer than it did. */
function least(old: Span | undefined): number {
  const lasted = old === undefined ? minOtherMs : toMs(old.end - old.start);
  return Math.max(1, Math.min(minOtherMs, lasted));
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
