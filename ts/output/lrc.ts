import type { Transcript } from "../contract/transcript.ts";
import { minutesClock } from "./clock.ts";
import type { Layout } from "./cues/layout.ts";
import { type PlacedWord, placeWords } from "./cues/placed-words.ts";
import { rtlMarks } from "./rtl-marks.ts";
import { voiceLabels } from "./voices.ts";

/** A pause from which on the line before is taken away, in milliseconds. */
const longPauseMs = 2000;

/**
 * LRC, the format of song texts: a line for each segment with the time at which it starts. An empty
 * line ends one that a long pause follows. Where channels are told apart, a line begins with its
 * channel when the one before it is of another.
 *
 * Words with times make it what A2 Media Player brought up as enhanced LRC: before each stands
 * `<mm:ss.xx>`, when it begins, and after the last one when it ends.
 */
export function lrc({ segments }: Transcript, layout: Layout): string {
  const labels = voiceLabels(segments);
  let result = "";
  for (const [index, { start, end, text, words }] of segments.entries()) {
    const plain = text.replaceAll(/\s+/g, " ");
    const timed = words === undefined ? plain : withTimes(plain, placeWords(plain, words) ?? []);
    // A text that starts with a bracket could be read as another tag.
    const line = (labels[index]! + timed).replace(/^\[/, " [");
    const [before, after] =
      layout.rtlMarks && line !== "" ? rtlMarks(labels[index]! + plain) : ["", ""];
    result += `[${minutesClock(start * 1000)}]${before}${line}${after}\n`;
    const next = segments[index + 1]?.start ?? Number.POSITIVE_INFINITY;
    if ((next - end) * 1000 >= longPauseMs) result += `[${minutesClock(end * 1000)}]\n`;
  }
  return result;
}

function withTimes(text: string, words: readonly PlacedWord[]): string {
  // What looks like such a time in the text itself would be taken for one.
  const own = (from: number, to?: number) => text.slice(from, to).replaceAll(/<(?=\d)/g, "< ");
  const last = words.at(-1);
  if (last === undefined) return own(0);
  const timed = words.map(({ from, to, start }, index) => {
    const gap = text.slice(words[index - 1]?.to ?? 0, from);
    return `${gap}<${minutesClock(start * 1000)}>${own(from, to)}`;
  });
  return `${timed.join("")}<${minutesClock(last.end * 1000)}>${text.slice(last.to)}`;
}
