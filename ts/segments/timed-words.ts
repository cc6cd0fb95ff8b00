import type { DecodedChunk, Word } from "../contract/transcript.ts";
import { joined, maxSegmentSeconds, minCutPause, type Part } from "./parts.ts";
import { sentencesOf, type TextRange } from "./sentences.ts";
import { TokenScores } from "./token-scores.ts";

/** A word as the transcript has it, and where it stands in its chunk's text. */
export interface PlacedWord extends Word, TextRange {}

/** A text with the times of its words; `end` is absent while more of it may be heard. */
export type WordedText = Pick<DecodedChunk, "channel" | "text" | "words" | "tokenTexts"> &
  Partial<Pick<DecodedChunk, "end">>;

/**
 * The words of a chunk as the transcript has them, none where their times are not known: in whole
 * milliseconds, of which each takes one at least, none before `after`, in seconds, and none behind
 * the chunk's end where there is room for them before it.
 */
export function placedWords(chunk: WordedText, after: number): PlacedWord[] {
  const { channel, text, words = [], end: chunkEnd = Number.POSITIVE_INFINITY } = chunk;
  const scores = new TokenScores(chunk);
  let last = Math.round(after * 1000);
  // Those behind it need a millisecond each.
  let latest = lastMillisecond(chunkEnd) - words.length;
  return words.map(({ from, to, start, end, estimated }) => {
    const startMs = Math.max(last, Math.min(latest, Math.round(start * 1000)));
    latest++;
    last = Math.max(startMs + 1, Math.min(latest, Math.round(end * 1000)));
    return {
      from,
      to,
      start: startMs / 1000,
      end: last / 1000,
      ...(channel === undefined ? {} : { channel }),
      text: onOneLine(text.slice(from, to)),
      probability: scores.probability({ from, to }),
      estimated,
    };
  });
}

/** The last whole millisecond in a time in seconds: the next one may be behind the recording. */
export function lastMillisecond(seconds: number): number {
  // Products such as 1000 * 1.001 may lie a little below what they stand for.
  return Math.floor(seconds * 1000 + 1e-6);
}

/** The word as it stands in the transcript. */
export function withoutPlace({ from: _, to: __, ...word }: PlacedWord): Word {
  return word;
}

/** A text that may have had several lines. */
export function onOneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, " ");
}

/**
 * The sentences of a chunk by the times of its words, all of them in order. Where a word belongs to
 * two, as without a space after the full stop, they are one. Long ones are cut where the speaker
 * paused.
 */
export function timedParts({ text, language }: DecodedChunk, words: readonly PlacedWord[]): Part[] {
  const sentences = sentencesOf(text, language)[Symbol.iterator]();
  const groups: PlacedWord[][] = [];
  let sentenceEnd = 0;
  for (const word of words) {
    if (word.from >= sentenceEnd) groups.push([]);
    while (sentenceEnd < word.to) {
      sentenceEnd = sentences.next().value?.to ?? Number.POSITIVE_INFINITY;
    }
    groups.at(-1)!.push(word);
  }
  return joined(groups.flatMap(cutAtPauses).map(partOf));
}

function partOf(words: readonly PlacedWord[]): Part {
  const [first, last] = [words[0]!, words.at(-1)!];
  return { from: first.from, to: last.to, start: first.start, end: last.end };
}

/** Words that take long in two at their longest pause, and those again, while there are pauses. */
function cutAtPauses(words: readonly PlacedWord[]): (readonly PlacedWord[])[] {
  const { start, end } = partOf(words);
  if (end - start <= maxSegmentSeconds) return [words];
  const pauses = words.slice(1).map((word, index) => word.start - words[index]!.end);
  const longest = pauses.reduce((max, pause) => Math.max(max, pause), 0);
  if (longest < minCutPause) return [words];
  const cut = pauses.indexOf(longest) + 1;
  return [...cutAtPauses(words.slice(0, cut)), ...cutAtPauses(words.slice(cut))];
}
