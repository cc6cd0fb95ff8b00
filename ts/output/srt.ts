import type { Segment, Transcript } from "../contract/transcript.ts";
import { clock } from "./clock.ts";
import { cuesOf } from "./cues.ts";
import type { Layout, LineLimits } from "./lines.ts";
import { withRtlMarks } from "./rtl-marks.ts";
import { voiceLabels } from "./voices.ts";

/**
 * SubRip. The format has no way to write `-->` in a text, so it becomes `->`; `<` and `&` stand for
 * themselves. Nor has it voices: where channels are told apart, a cue begins with its channel when
 * the one before it is of another.
 */
export function srt({ segments }: Transcript, layout: Layout): string {
  const cues = cuesOf(segments, withRoomForLabels(segments, layout));
  const labels = voiceLabels(cues);
  return cues
    .map(({ startMs, endMs, lines }, index) => {
      const times = `${clock(startMs, ",")} --> ${clock(endMs, ",")}`;
      const text = `${labels[index]}${lines.join("\n").replaceAll("-->", "->")}`.split("\n");
      const shown = layout.rtlMarks ? withRtlMarks(text) : text;
      return `${index + 1}\n${times}\n${shown.join("\n")}\n`;
    })
    .join("\n");
}

/** Less than this is no line of words any more, in columns. */
const minLineWidth = 20;

function withRoomForLabels(segments: readonly Segment[], limits: LineLimits): LineLimits {
  const labels = Math.max(0, ...voiceLabels(segments).map(({ length }) => length));
  if (labels === 0) return limits;
  const least = Math.min(minLineWidth, limits.maxLineWidth);
  return { ...limits, maxLineWidth: Math.max(least, limits.maxLineWidth - labels) };
}
