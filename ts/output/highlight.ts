import type { Cue, CueWord } from "./cues/cue.ts";

/** A part of a cue's time in which one of its words is underlined, or none. */
export interface Frame extends Pick<Cue, "startMs" | "endMs"> {
  word?: CueWord;
}

/** Between words that are further apart, in milliseconds, no word is underlined. */
const pauseMs = 300;

/**
 * The time of a cue by the word that is said. A word stays underlined until the next one begins,
 * unless a pause comes before it. A cue whose words have no times is one frame.
 */
export function framesOf({ startMs, endMs, words = [] }: Cue): Frame[] {
  const frames: Frame[] = [];
  let at = startMs;
  const add = (until: number, word?: CueWord) => {
    if (until <= at) return;
    frames.push({ startMs: at, endMs: until, ...(word === undefined ? {} : { word }) });
    at = until;
  };
  const first = words[0]?.startMs ?? endMs;
  if (first - at >= pauseMs || words.length === 0) add(first);
  for (const [index, word] of words.entries()) {
    const next = words[index + 1]?.startMs ?? endMs;
    const isPause = next - word.endMs >= pauseMs;
    add(isPause ? word.endMs : next, word);
    if (isPause) add(next);
  }
  return frames;
}
