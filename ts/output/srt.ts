import type { Segment } from "../contract/transcript.ts";
import { clock } from "./clock.ts";
import type { Cue } from "./cues/cue.ts";
import { cuesOf, type Subtitled } from "./cues/cues.ts";
import type { Layout, LineLimits } from "./cues/layout.ts";
import { type Frame, framesOf } from "./highlight.ts";
import { rtlMarks } from "./rtl-marks.ts";
import { voiceLabels } from "./voices.ts";
import { markedLines } from "./word-marks.ts";

/**
 * SubRip. The format has no way to write `-->` in a text, so it becomes `->`; `<` and `&` stand for
 * themselves. Nor has it voices: where channels are told apart, a cue begins with its channel when
 * the one before it is of another, in a line of its own where lines are narrow. Words are
 * highlighted by a cue for each, in which it is underlined.
 */
export function srt(transcript: Subtitled, layout: Layout): string {
  const { limits, end } = roomForLabels(transcript.segments, layout);
  const cues = cuesOf(transcript, limits);
  const labels = voiceLabels(cues);
  return cues
    .flatMap((cue, index) => {
      const label = labels[index]!.replace(/ $/, end);
      const frames = layout.highlightWords ? framesOf(cue) : [cue];
      return frames.map((frame) => ({ ...frame, text: textOf(cue, frame, label, layout) }));
    })
    .sort((a, b) => a.startMs - b.startMs)
    .map(({ startMs, endMs, text }, index) => {
      return `${index + 1}\n${clock(startMs, ",")} --> ${clock(endMs, ",")}\n${text}\n`;
    })
    .join("\n");
}

function textOf(cue: Cue, { word: lit }: Frame, label: string, layout: Layout): string {
  const lines = markedLines(cue, {
    plain: (text) => text,
    before: (word) => (word === lit ? "<u>" : ""),
    after: (word) => (word === lit ? "</u>" : ""),
  });
  const text = `${label}${lines.join("\n").replaceAll("-->", "->")}`;
  const [start, end] = layout.rtlMarks ? rtlMarks(label + cue.lines.join("\n")) : ["", ""];
  return text
    .split("\n")
    .map((line) => start + line + end)
    .join("\n");
}

/** Less than this is no line of words any more, in columns. */
const minLineWidth = 20;

/** The limits of the text beside or below labels, and what stands between the two. */
function roomForLabels(
  segments: readonly Segment[],
  limits: LineLimits,
): { limits: LineLimits; end: " " | "\n" } {
  const labels = Math.max(0, ...voiceLabels(segments).map(({ length }) => length));
  if (labels === 0) return { limits, end: " " };
  const width = limits.maxLineWidth - labels;
  if (width >= minLineWidth) return { limits: { ...limits, maxLineWidth: width }, end: " " };
  return { limits: { ...limits, maxLineCount: Math.max(1, limits.maxLineCount - 1) }, end: "\n" };
}
