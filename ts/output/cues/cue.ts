/** What is shown at one time, and when. */
export interface Cue {
  /** Milliseconds from the start of the recording, whole. */
  startMs: number;
  endMs: number;
  lines: string[];
  /** The words of the lines in order, where their times are known. */
  words?: CueWord[];
  /** Whose words these are, where channels are told apart. */
  channel?: number;
}

/**
 * A word of a cue, or the part of one that stands on a line, and when it is said: within the cue,
 * not before the word before it has ended. Words closer than a millisecond may have no length.
 */
export interface CueWord {
  /** Index of its line, and where it stands there in UTF-16 units, `to` not included. */
  line: number;
  from: number;
  to: number;
  startMs: number;
  endMs: number;
}

/** No cue stays longer, in seconds. */
export const maxCueSeconds = 7;
/** A cue stays at least this long where the next one leaves it the time, in seconds. */
export const minCueSeconds = 1;

export function toMs(seconds: number): number {
  return Math.round(seconds * 1000);
}
