import type { Segment, Transcript } from "../contract/transcript.ts";

/** A line of JSON Lines: one segment, and the recording that it is from. */
export interface SegmentLine extends Segment {
  path: string;
}

/** JSON Lines, one segment a line; no line where nothing was said. */
export function jsonl({ segments }: Transcript, path: string): string {
  return segments
    .map((segment) => `${JSON.stringify({ path, ...segment } satisfies SegmentLine)}\n`)
    .join("");
}
