// This folder: words in time: what an aligner is asked, and what its answer means.

import { AsrError } from "../contract/errors.ts";
import type { TimedWord } from "../contract/transcript.ts";
import { lengthened } from "./lengths.ts";
import { repaired } from "./repair.ts";
import type { SpokenWord } from "./words/spoken-word.ts";

/** The answer of an aligner about a text that was said in a piece of audio. */
export interface AlignerAnswer {
  text: string;
  /** Its words, by `spokenWords`. */
  words: readonly SpokenWord[];
  /** Classes of the slots, two for each word: when it starts and when it ends. */
  slots: ArrayLike<number>;
  /** How many milliseconds a class stands for. */
  segmentMs: number;
  /** Where the audio starts in the recording, and how long it is, in seconds. */
  start: number;
  seconds: number;
}

/**
 * Words with their times from an aligner's answer: limited to the audio, repaired by the official
 * rules, then each with an end after its start, without overlap. `estimated` are those that fell on
 * one moment with others, and those whose start and end were both out of order. A text in which
 * nothing can be said, as `…`, is one estimated word as long as the audio.
 */
export function alignedWords(answer: AlignerAnswer): TimedWord[] {
  const { text, words, slots, segmentMs, start, seconds } = answer;
  if (slots.length !== 2 * words.length) {
    throw new AsrError(
      "internal",
      `the aligner told ${slots.length} times of ${words.length} words`,
    );
  }
  if (words.length === 0) return wholeText(text, start, seconds);
  // A class beyond the audio is a model that is lost: it must not outweigh the good ones.
  const last = Math.floor((seconds * 1000) / segmentMs + 1e-6);
  const times = Array.from(slots, (slot) => Math.min(slot, last) * segmentMs);
  const { times: inOrder, isOutlier } = repaired(times);
  const spans = words.map((_, index) => ({
    start: inOrder[2 * index]! / 1000,
    end: inOrder[2 * index + 1]! / 1000,
  }));
  const weights = words.map(({ spoken }) => spoken.length);
  const timed = lengthened(spans, weights, seconds, segmentMs / 1000);
  const found: TimedWord[] = [];
  for (const [index, { from, to }] of words.entries()) {
    const { isShared, ...span } = timed[index]!;
    const isMadeUp = isOutlier[2 * index]! && isOutlier[2 * index + 1]!;
    const end = start + span.end;
    const before = found.at(-1);
    if (from === to && before !== undefined) {
      // Several words in one character, as in `㍿`, are one word to a reader.
      before.end = end;
      continue;
    }
    found.push({ from, to, start: start + span.start, end, estimated: isShared || isMadeUp });
  }
  return found;
}

function wholeText(text: string, start: number, seconds: number): TimedWord[] {
  const from = text.search(/\S/u);
  if (from < 0) return [];
  return [{ from, to: text.trimEnd().length, start, end: start + seconds, estimated: true }];
}
