import type { Segment, Transcript } from "../contract/transcript.ts";
import { clock } from "./clock.ts";
import { cuesOf } from "./cues.ts";
import type { Layout, LineLimits } from "./lines.ts";
import { withRtlMarks } from "./rtl-marks.ts";
import { voiceLabels } from "./voices.ts";

/**
 * SubRip. The format has no way to write `-->` in a text, so it becomes `->`; `<` and `&` stand for
 * themselves. Nor has it voices: where channels are told apart, a cue begins with its channel when
 * the one before it is of another, in a line of its own where lines are narrow.
 */
export function srt({ segments }: Pick<Transcript, "segments">, layout: Layout): string {
  const { limits, end } = roomForLabels(segments, layout);
  const cues = cuesOf(segments, limits);
  const labels = voiceLabels(cues);
  return cues
    .map(({ startMs, endMs, lines }, index) => {
      const times = `${clock(startMs, ",")} --> ${clock(endMs, ",")}`;
      const label = labels[index]!.replace(/ $/, end);
      const text = `${label}${lines.join("\n").replaceAll("-->", "->")}`.split("\n");
      const shown = layout.rtlMarks ? withRtlMarks(text) : text;
      return `${index + 1}\n${times}\n${shown.join("\n")}\n`;
    })
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
