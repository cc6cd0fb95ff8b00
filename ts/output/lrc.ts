import type { Transcript } from "../contract/transcript.ts";
import { minutesClock } from "./clock.ts";
import type { Layout } from "./lines.ts";
import { withRtlMarks } from "./rtl-marks.ts";
import { voiceLabels } from "./voices.ts";

/** A pause from which on the line before is taken away, in milliseconds. */
const longPauseMs = 2000;

/**
 * LRC, the format of song texts: a line for each segment with the time at which it starts. An empty
 * line ends one that a long pause follows. Where channels are told apart, a line begins with its
 * channel when the one before it is of another.
 */
export function lrc({ segments }: Transcript, { rtlMarks }: Layout): string {
  const labels = voiceLabels(segments);
  let result = "";
  for (const [index, { start, end, text }] of segments.entries()) {
    // A text that starts with a bracket could be read as another tag.
    const line = (labels[index] + text.replaceAll(/\s+/g, " ")).replace(/^\[/, " [");
    const [shown] = rtlMarks ? withRtlMarks([line]) : [line];
    result += `[${minutesClock(start * 1000)}]${shown}\n`;
    const next = segments[index + 1]?.start ?? Number.POSITIVE_INFINITY;
    if ((next - end) * 1000 >= longPauseMs) result += `[${minutesClock(end * 1000)}]\n`;
  }
  return result;
}
