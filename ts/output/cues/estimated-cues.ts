import type { Segment, Span } from "../../contract/transcript.ts";
import { longestTime, speakingTime } from "../../segments/speaking-time.ts";
import { joinTexts } from "../../text/joining.ts";
import { type Cue, maxCueSeconds, minCueSeconds, toMs } from "./cue.ts";
import type { LineLimits } from "./layout.ts";
import { type Atom, atomsOf } from "./line-breaks.ts";
import { fill, linesOf, lineWidth } from "./lines.ts";

/**
 * The segments of one channel as cues. Only when they begin and end is known, so the times inside a
 * segment follow the length of the text.
 */
export function estimatedCues(segments: readonly Segment[], limits: LineLimits): Cue[] {
  return timed(joinShort(segments, limits).flatMap((segment) => cut(segment, limits)));
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
  const times = atomTimes(atoms, text, { start, end });
  const borders = cueBorders(atoms, times, limits);
  return borders.slice(1).map((to, index) => {
    const from = borders[index]!;
    return { start: times[from]!, end: times[to]!, lines: linesOf(atoms, from, to, limits) };
  });
}

/** When each atom of a text starts, and when the last one ends, in proportion to their lengths. */
export function atomTimes(atoms: readonly Atom[], text: string, { start, end }: Span): number[] {
  // Few words within a long sound are one cue where it begins, and not one here and one there.
  const length = Math.min(end, start + longestTime(text)) - start;
  const said = [0];
  for (const atom of atoms) said.push(said.at(-1)! + Math.max(0.05, speakingTime(atom.text)));
  return said.map((sum) => start + (length * sum) / said.at(-1)!);
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
