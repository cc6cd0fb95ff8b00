import type { DecodedChunk, Span } from "../contract/transcript.ts";
import { joined, maxSegmentSeconds, minCutPause, type Part } from "./parts.ts";
import { placeInSpeech } from "./pauses.ts";
import { sentencesOf } from "./sentences.ts";
import { longestTime, speakingTime } from "./speaking-time.ts";

/**
 * The sentences of a chunk with estimated times: in proportion to how long each takes to say, with
 * borders in the pauses near them. Long ones without punctuation are cut at pauses.
 */
export function estimatedParts(chunk: DecodedChunk): Part[] {
  const speech = speechWithin(chunk);
  const sentences = sentencesOf(chunk.text, chunk.language);
  const clauses = sentences.map(({ from, to }) => chunk.text.slice(from, to).split(afterClause));
  const stretches = clauses.flatMap((texts) =>
    texts.map((text, index) => ({
      weight: weightOf(text),
      endsSentence: index === texts.length - 1,
    })),
  );
  const times = placeInSpeech(stretches, speech);
  let at = 0;
  const parts = sentences.map((sentence, index) => {
    const { start } = times[at]!;
    at += clauses[index]!.length;
    return { ...sentence, start, end: times[at - 1]!.end };
  });
  return joined(parts.flatMap((part) => cutAtPauses(part, chunk.text, speech)));
}

/** Where a speaker may pause within a sentence; the comma of a number has no space after it. */
const afterClause = /(?<=[,;:،؛—–] |[、，；：])/;

/** A text without anything to say, as an emoji, still takes a moment. */
function weightOf(text: string): number {
  return Math.max(0.1, speakingTime(text));
}

const farLonger = 1.5;

/**
 * The chunk's speech, clipped to it; all of the chunk where none was found. Of a sound that goes on
 * far longer than the text its beginning.
 */
function speechWithin({ start, end, speech, text }: DecodedChunk): Span[] {
  const found = within(speech, start, end);
  const spans = found.length > 0 ? found : [{ start, end: Math.max(end, start + 1e-3) }];
  const longest = longestTime(text);
  return spans.map(({ start: from, end: to }) => ({
    start: from,
    end: to - from > farLonger * longest ? from + longest : to,
  }));
}

function within(speech: readonly Span[], start: number, end: number): Span[] {
  return speech
    .map((span) => ({ start: Math.max(start, span.start), end: Math.min(end, span.end) }))
    .filter((span) => span.end - span.start > 1e-3);
}

/** A long part in two at its longest pause, and those again, while there are pauses. */
function cutAtPauses(part: Part, text: string, speech: readonly Span[]): Part[] {
  if (part.end - part.start <= maxSegmentSeconds) return [part];
  const spans = within(speech, part.start, part.end);
  const pauses = spans
    .slice(1)
    .map((span, index) => ({ start: spans[index]!.end, end: span.start }))
    .sort((a, b) => b.end - b.start - (a.end - a.start));
  const [pause] = pauses;
  if (pause === undefined || pause.end - pause.start < minCutPause) return [part];
  const spoken = (until: number) =>
    within(spans, part.start, until).reduce((sum, span) => sum + span.end - span.start, 0);
  const cut = wordBorder(text.slice(part.from, part.to), spoken(pause.start) / spoken(part.end));
  if (cut === undefined) return [part];
  const [before, after] = [part.from + cut.before, part.from + cut.after];
  return [
    ...cutAtPauses({ ...part, to: before, end: pause.start }, text, speech),
    ...cutAtPauses({ ...part, from: after, start: pause.end }, text, speech),
  ];
}

/** How much nearer a border within a clause must be, as a share of the text's speaking time. */
const clauseLead = 0.1;

/**
 * The border between two words nearest to a share of the time that `text` takes to say, rather
 * after a comma; as the end of the one and the start of the other word.
 */
function wordBorder(text: string, share: number): { before: number; after: number } | undefined {
  const total = weightOf(text);
  let [said, bestDistance] = [0, Number.POSITIVE_INFINITY];
  let best: { before: number; after: number } | undefined;
  let before = 0;
  for (const { segment, index, isWordLike } of words.segment(text)) {
    if (isWordLike && said > 0) {
      const clause = /[,;:،、，；：—–]\s*$/.test(text.slice(Math.max(0, index - 4), index));
      const distance = Math.abs(said / total - share) + (clause ? 0 : clauseLead);
      if (distance < bestDistance) [best, bestDistance] = [{ before, after: index }, distance];
    }
    said += speakingTime(segment);
    if (segment.trim() !== "") before = index + segment.length;
  }
  return best;
}

const words = new Intl.Segmenter("und", { granularity: "word" });
