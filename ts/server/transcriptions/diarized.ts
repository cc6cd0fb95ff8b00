import type { Segment } from "../../contract/transcript.ts";

/** A segment and who speaks in it, as OpenAI tells it, in answers and as an event. */
export interface DiarizedSegment {
  type: "transcript.text.segment";
  id: string;
  start: number;
  end: number;
  text: string;
  speaker: string;
}

export function diarizedSegment({ id, start, end, text, channel }: Segment): DiarizedSegment {
  const speaker = speakerOf(channel ?? 1);
  return { type: "transcript.text.segment", id: `seg_${id}`, start, end, text, speaker };
}

const letters = 26;

/** Who speaks in a channel, counted from 1: `A` to `Z`, then `AA` and so on. */
export function speakerOf(channel: number): string {
  const rest = Math.floor((channel - 1) / letters);
  const letter = String.fromCharCode(65 + ((channel - 1) % letters));
  return rest === 0 ? letter : speakerOf(rest) + letter;
}
