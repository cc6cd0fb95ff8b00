// This folder: segments become cues for a screen: what is shown together, in which lines, and when.

import type { Transcript } from "../../contract/transcript.ts";
import type { Cue } from "./cue.ts";
import { estimatedCues } from "./estimated-cues.ts";
import { defaultLimits, type LineLimits } from "./layout.ts";
import { wordCues } from "./word-cues.ts";

/** What cues are made from: the segments, and the text whose parts they are. */
export type Subtitled = Pick<Transcript, "text" | "segments">;

/**
 * A transcript as cues for a screen: cut at clauses and words, at most seven seconds long, in
 * order, never two of one channel at a time. Where the words have times, cues begin and end with
 * them; else the times inside a segment follow the length of the text.
 *
 * No text is lost or changed: with every run of white space and control characters taken as one
 * space, the lines are the text piece by piece, and nothing but one space is left out between two
 * of them. The same is true of each channel. Only cues that are not cut by words may have a space
 * more or less between two sentences, as their script is written.
 */
export function cuesOf({ text, segments }: Subtitled, limits: LineLimits = defaultLimits): Cue[] {
  const isTimed = segments.some(({ words }) => words !== undefined);
  const hasCount = limits.maxWordsPerCue < Number.POSITIVE_INFINITY;
  const channels = [...Map.groupBy(segments, ({ channel }) => channel)];
  return channels
    .flatMap(([channel, own]) => {
      const cues = isTimed || hasCount ? wordCues(own, text, limits) : estimatedCues(own, limits);
      return channel === undefined ? cues : cues.map((cue) => ({ ...cue, channel }));
    })
    .sort((a, b) => a.startMs - b.startMs);
}
