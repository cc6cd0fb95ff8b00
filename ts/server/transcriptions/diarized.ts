import type { Segment } from "../../contract/transcript.ts";
import { type WordTimes, wordTimes } from "./words.ts";

/** A segment and who speaks in it, as OpenAI tells it, in answers and as an event. */
export interface DiarizedSegment {
  type: "transcript.text.segment";
  id: string;
  start: number;
  end: number;
  text: string;
  speaker: string;
  /** Where they were asked for. */
  words?: WordTimes[];
}

export function diarizedSegment(segment: Segment): DiarizedSegment {
  const { id, start, end, text, channel, words } = segment;
  return {
    type: "transcript.text.segment",
    id: `seg_${id}`,
    start,
    end,
    text,
    speaker: speakerOf(channel ?? 1),
    ...(words === undefined ? {} : { words: wordTimes(words) }),
  };
}

const letters = 26;

/** Who speaks in a channel, counted from 1: `A` to `Z`, then `AA` and so on. */
export function speakerOf(channel: number): string {
  const rest = Math.floor((channel - 1) / letters);
  const letter = String.fromCharCode(65 + ((channel - 1) % letters));
  return rest === 0 ? letter : speakerOf(rest) + letter;
}
