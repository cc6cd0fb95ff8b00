import type { Segment } from "../contract/transcript.ts";
import { longestTime, speakingTime } from "../segments/speaking-time.ts";
import { joinTexts } from "../text/joining.ts";
import { type Atom, atomsOf } from "./line-breaks.ts";
import { fill, type Layout, type LineLimits, linesOf, lineWidth } from "./lines.ts";

/** What is shown at one time, and when. */
export interface Cue {
  /** Milliseconds from the start of the recording, whole. */
  startMs: number;
  endMs: number;
  lines: string[];
  /** Whose words these are, where channels are told apart. */
  channel?: number;
}

/**
 * 42 columns and two lines, as in the style guides of Netflix and the EBU. Columns, not characters:
 * a Chinese, Japanese or Korean character takes two, which makes 21 of them in the same width on
 * the screen; `maxLineWidth: 32` gives Netflix's 16.
 */
export const defaultLimits: LineLimits = { maxLineWidth: 42, maxLineCount: 2 };

export const defaultLayout: Layout = { ...defaultLimits, rtlMarks: false };

/** No cue stays longer, in seconds. */
export const maxCueSeconds = 7;
/** A cue stays at least this long where the next one leaves it the time, in seconds. */
export const minCueSeconds = 1;

/**
 * The segments as cues for a screen: cut at clauses and words, at most seven seconds long, in
 * order, never two of one channel at a time. The times inside a segment follow the length of the
 * text.
 */
export function cuesOf(segments: readonly Segment[], limits: LineLimits = defaultLimits): Cue[] {
  const channels = [...Map.groupBy(segments, ({ channel }) => channel)];
  return channels
    .flatMap(([channel, own]) => {
      const rough = joinShort(own, limits).flatMap((segment) => cut(segment, limits));
      return timed(rough).map((cue) => (channel === undefined ? cue : { ...cue, channel }));
    })
    .sort((a, b) => a.startMs - b.startMs);
}

/** Times in seconds that may still touch those of the next. */
interface RoughCue {
  start: number;
  end: number;
  lines: string[];
}

/** A segment of less than a second shares its cue with the next when both fit into one. */
function joinShort(segments: readonly Segment[], limits: LineLimits): Segment[] {
  const result: Segment[] = [];
  for (const segment of segments) {
    const last = result.at(-1);
    const short =
      last !== undefined &&
      Math.min(last.end - last.start, segment.end - segment.start) < minCueSeconds &&
      segment.start - last.end < minCueSeconds / 2 &&
      segment.end - last.start <= maxCueSeconds;
    const text = short ? joinTexts(last.text, segment.text) : segment.text;
    const atoms = short ? atomsOf(text, segment.language, limits.maxLineWidth) : [];
    if (last === undefined || !short || fill(atoms, 0, limits) < atoms.length) result.push(segment);
    else result[result.length - 1] = { ...last, text, end: segment.end };
  }
  return result;
}

function cut({ text, language, start, end }: Segment, limits: LineLimits): RoughCue[] {
  const atoms = atomsOf(text, language, limits.maxLineWidth);
  // Few words within a long sound are one cue where it begins, and not one here and one there.
  const times = atomTimes(atoms, start, Math.min(end, start + longestTime(text)));
  const borders = cueBorders(atoms, times, limits);
  return borders.slice(1).map((to, index) => {
    const from = borders[index]!;
    return { start: times[from]!, end: times[to]!, lines: linesOf(atoms, from, to, limits) };
  });
}

/** When each atom starts, and when the last one ends. */
function atomTimes(atoms: readonly Atom[], start: number, end: number): number[] {
  const said = [0];
  for (const { text } of atoms) said.push(said.at(-1)! + Math.max(0.05, speakingTime(text)));
  return said.map((sum) => start + ((end - start) * sum) / said.at(-1)!);
}

/** Where cues begin and end: few, well cut, neither crowded nor too short. */
function cueBorders(
  atoms: readonly Atom[],
  times: readonly number[],
  limits: LineLimits,
): number[] {
  const capacity = limits.maxLineWidth * limits.maxLineCount;
  const width = lineWidth(atoms, 0, atoms.length);
  const seconds = times.at(-1)! - times[0]!;
  const share = width / Math.ceil(Math.max(seconds / maxCueSeconds, width / capacity));
  const best: { cost: number; from: number }[] = [{ cost: 0, from: 0 }];
  for (let from = 0; from < atoms.length; from++) {
    const max = fill(atoms, from, limits);
    for (let to = from + 1; to <= max; to++) {
      const lasts = times[to]! - times[from]!;
      if (lasts > maxCueSeconds && to > from + 1) break;
      const cost =
        best[from]!.cost +
        10 +
        (to < atoms.length ? atoms[to - 1]!.badness : 0) +
        20 * Math.max(0, minCueSeconds - lasts) +
        4 * (lineWidth(atoms, from, to) / share - 1) ** 2;
      if (cost < (best[to]?.cost ?? Number.POSITIVE_INFINITY)) best[to] = { cost, from };
    }
  }
  const borders: number[] = [];
  for (let at = atoms.length; at > 0; at = best[at]!.from) borders.unshift(at);
  return [0, ...borders];
}

/** Whole milliseconds, one after the other; short cues last on into the time that is free. */
function timed(rough: readonly RoughCue[]): Cue[] {
  const cues: Cue[] = [];
  let last = 0;
  for (const [index, { start, end, lines }] of rough.entries()) {
    const next = rough[index + 1]?.start ?? Number.POSITIVE_INFINITY;
    const startMs = Math.max(last, toMs(start));
    const wanted = Math.max(toMs(end), Math.min(startMs + toMs(minCueSeconds), toMs(next)));
    const endMs = Math.min(startMs + toMs(maxCueSeconds), Math.max(startMs + 1, wanted));
    cues.push({ startMs, endMs, lines });
    last = endMs;
  }
  return cues;
}

function toMs(seconds: number): number {
  return Math.round(seconds * 1000);
}
