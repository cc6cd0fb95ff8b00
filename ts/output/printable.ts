import type { Segment } from "../contract/transcript.ts";
import { withoutControls } from "../text/controls.ts";

/** A segment without control characters, which neither screens nor players can show. */
export function printableSegment(segment: Segment): Segment {
  const text = withoutControls(segment.text);
  if (segment.words === undefined) return { ...segment, text };
  const words = segment.words.map((word) => ({ ...word, text: withoutControls(word.text) }));
  return { ...segment, text, words: words.filter((word) => word.text !== "") };
}
