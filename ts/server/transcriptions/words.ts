import type { Word } from "../../contract/transcript.ts";

/** A word with its times in seconds, as OpenAI tells it, and what OpenAI has no field for. */
export interface WordTimes {
  /** With the punctuation that touches it. */
  word: string;
  start: number;
  end: number;
  /** How sure the model was, 0 to 1. */
  probability: number;
  /** True where no aligner measured the times. */
  estimated: boolean;
  /** From 1, where channels are heard each on its own. */
  channel?: number;
}

/** @param offset Seconds before the recording that the words are of. */
export function wordTimes(words: readonly Word[], offset = 0): WordTimes[] {
  return words.map(({ text, start, end, probability, estimated, channel }) => ({
    word: text,
    start: offset + start,
    end: offset + end,
    probability,
    estimated,
    ...(channel === undefined ? {} : { channel }),
  }));
}
