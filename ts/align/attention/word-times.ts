import type { Span, TimedWord } from "../../contract/transcript.ts";
import { lengthened } from "../lengths.ts";
import type { SpokenWord } from "../words/spoken-word.ts";
import { monotonePath } from "./monotone-path.ts";

/** What a decoder looked at while it wrote a text. */
export interface Attention {
  /** Weights over the audio, a row for each token, in order. */
  rows: Float32Array;
  /** What each of these tokens wrote: offsets in the text, `to` not included. */
  tokens: readonly { from: number; to: number }[];
  /** The words of the text, in order; together they are all of it but the white space. */
  words: readonly SpokenWord[];
  /** Where the audio lies in the recording, in seconds, and where in it there is sound. */
  audio: Span & { speech: readonly Span[] };
  /** How much later the decoder looks than a word is said, in seconds. */
  offset: number;
}

/**
 * The words with estimated times. Each begins where its first token looked, and lasts until the
 * next one begins or the sound ends. They are in order, without overlap, and end after they start.
 */
export function wordTimes({ rows, tokens, words, audio, offset }: Attention): TimedWord[] {
  const width = rows.length / tokens.length;
  const seconds = audio.end - audio.start;
  const step = seconds / width;
  const path = monotonePath(rows, width);
  let token = 0;
  const starts = words.map(({ from }) => {
    while (token < tokens.length - 1 && tokens[token]!.to <= from) token++;
    return Math.min(seconds, Math.max(0, path[token]! * step - offset));
  });
  const spans = starts.map((start, index) => {
    const end = soundEnd(audio, start);
    return { start, end: Math.min(starts[index + 1] ?? seconds, Math.max(start, end)) };
  });
  const weights = words.map(({ from, to }) => to - from);
  return lengthened(spans, weights, seconds, step).map(({ start, end }, index) => {
    const { from, to } = words[index]!;
    return { from, to, start: audio.start + start, end: audio.start + end, estimated: true };
  });
}

/** Where the sound ends in which, or behind which, a word starts; both from the audio's start. */
function soundEnd({ start, end, speech }: Attention["audio"], at: number): number {
  const found = speech.find((span) => span.end - start > at);
  return (found?.end ?? end) - start;
}
