// This folder: segments become cues for a screen: what is shown together, in which lines, and when.

import type { Segment } from "../../contract/transcript.ts";
import type { Cue } from "./cue.ts";
import { estimatedCues } from "./estimated-cues.ts";
import { defaultLimits, type LineLimits } from "./layout.ts";
import { wordCues } from "./word-cues.ts";

/**
 * The segments as cues for a screen: cut at clauses and words, at most seven seconds long, in
 * order, never two of one channel at a time. Where the words have times, cues begin and end with
 * them; else the times inside a segment follow the length of the text.
 *
 * No text is lost or changed: with every run of white space and control characters taken as one
 * space, the lines of a channel are its text piece by piece, and nothing but one space is left out
 * between two of them.
 */
export function cuesOf(segments: readonly Segment[], limits: LineLimits = defaultLimits): Cue[] {
  const isTimed = segments.some(({ words }) => words !== undefined);
  const hasCount = limits.maxWordsPerCue < Number.POSITIVE_INFINITY;
  const cuesOfChannel = isTimed || hasCount ? wordCues : estimatedCues;
  const channels = [...Map.groupBy(segments, ({ channel }) => channel)];
  return channels
    .flatMap(([channel, own]) => {
      const cues = cuesOfChannel(own, limits);
      return channel === undefined ? cues : cues.map((cue) => ({ ...cue, channel }));
    })
    .sort((a, b) => a.startMs - b.startMs);
}
