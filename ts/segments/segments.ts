// This folder: text with the time in which there is sound, cut into sentences with their times.

import {
  type DecodedChunk,
  lowConfidence,
  type Segment,
  type Span,
  type TokenText,
} from "../contract/transcript.ts";
import { placeInSpeech } from "./pauses.ts";
import { sentencesOf, type TextRange } from "./sentences.ts";
import { longestTime, speakingTime } from "./speaking-time.ts";

/** A part of a chunk's text with its times. */
interface Part extends TextRange, Span {}

/** A part shorter than this joins its neighbour, in seconds. */
const minSegmentSeconds = 1;
/** A part that stands further than this from its neighbours stays alone, however short. */
const maxJoinedPause = 1;
/** A part longer than this is cut at a pause of at least `minCutPause`, in seconds. */
const maxSegmentSeconds = 12;
const minCutPause = 0.3;

/**
 * Cuts the texts of chunks into sentences and estimates when each was said: in proportion to how
 * long it takes to say, with borders in the pauses near them. Sentences of less than a second join
 * a neighbour, long ones without punctuation are cut at pauses. Segments are in order, stay within
 * their chunk, and do not overlap, but for those of different channels. `logprobs` adds their
 * tokens.
 */
export function segmentsOf(
  chunks: readonly DecodedChunk[],
  options: { logprobs?: boolean | undefined } = {},
): Segment[] {
  const growing = new GrowingSegments(options);
  for (const chunk of chunks) growing.add(chunk);
  return growing.all();
}

/** The same while chunks are still coming, in the order in which they begin. */
export class GrowingSegments {
  readonly #logprobs: boolean;
  /** Those whose place among all is known. */
  readonly #settled: Segment[] = [];
  /** Those before which segments of another channel may come, in order. */
  #waiting: Omit<Segment, "id">[] = [];
  /** Where the last segment of each channel ends. */
  readonly #ends = new Map<number | undefined, number>();

  constructor({ logprobs = false }: { logprobs?: boolean | undefined } = {}) {
    this.#logprobs = logprobs;
  }

  add(chunk: DecodedChunk): void {
    const tokens = new TokenScores(chunk);
    const { channel } = chunk;
    for (const part of partsOf(chunk)) {
      const start = Math.max(this.#ends.get(channel) ?? 0, milliseconds(part.start));
      const end = Math.max(start, milliseconds(part.end));
      this.#ends.set(channel, end);
      const avgLogprob = tokens.mean(part);
      this.#waiting.push({
        start,
        end,
        ...(channel === undefined ? {} : { channel }),
        text: chunk.text.slice(part.from, part.to).replaceAll(/\s*[\r\n]+\s*/g, " "),
        language: chunk.language,
        estimated: true,
        avgLogprob,
        lowConfidence: avgLogprob < lowConfidence,
        ...(this.#logprobs ? { tokens: tokens.inside(part) } : {}),
      });
    }
    this.#waiting.sort((a, b) => a.start - b.start);
  }

  /**
   * Gives the segments that have their final place and were not given before. Chunks that are still
   * to come begin at `next` or later, in seconds; of a single channel each one follows the last.
   */
  take(next: number): Segment[] {
    const bound = milliseconds(next);
    const isSettled = ({ channel, start }: Omit<Segment, "id">) =>
      channel === undefined || start <= bound;
    const found = this.#waiting.findIndex((segment) => !isSettled(segment));
    const count = found < 0 ? this.#waiting.length : found;
    const taken = this.#waiting
      .splice(0, count)
      .map((segment, index) => ({ id: this.#settled.length + index, ...segment }));
    this.#settled.push(...taken);
    return taken;
  }

  /** All of them, given or not. */
  all(): Segment[] {
    this.take(Number.POSITIVE_INFINITY);
    return [...this.#settled];
  }
}

/** In seconds with three decimals: what is estimated needs no more. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

function partsOf(chunk: DecodedChunk): Part[] {
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

/** Short parts with the neighbour that is nearer in time; the shorter one where both are. */
function joined(parts: Part[]): Part[] {
  const result = [...parts];
  const gap = (index: number) => {
    const [left, right] = [result[index], result[index + 1]];
    return left && right ? right.start - left.end : Number.POSITIVE_INFINITY;
  };
  const length = (index: number) => result[index]!.end - result[index]!.start;
  for (let index = 0; index < result.length; ) {
    const [before, after] = [gap(index - 1), gap(index)];
    if (length(index) >= minSegmentSeconds || Math.min(before, after) > maxJoinedPause) {
      index++;
      continue;
    }
    const tie = before === after && length(index - 1) <= length(index + 1);
    if (before < after || tie) index--;
    const [left, right] = result.slice(index, index + 2) as [Part, Part];
    result.splice(index, 2, { ...left, to: right.to, end: right.end });
  }
  return result;
}

/** The tokens by where their text starts. */
class TokenScores {
  readonly #scores: (TokenText & { at: number })[] = [];

  constructor({ tokenTexts }: DecodedChunk) {
    let at = 0;
    for (const { text, logprob } of tokenTexts) {
      // The space before a word belongs to it.
      const spaces = text.length - text.trimStart().length;
      this.#scores.push({ at: at + spaces, text, logprob });
      at += text.length;
    }
  }

  /** Those that start in a stretch of the text. */
  inside({ from, to }: TextRange): TokenText[] {
    return this.#scores
      .filter(({ at }) => at >= from && at < to)
      .map(({ text, logprob }) => ({ text, logprob }));
  }

  /** Mean over a stretch of the text; over all of it where no token starts there. */
  mean(range: TextRange): number {
    const inside = this.inside(range);
    const scores = inside.length > 0 ? inside : this.#scores;
    if (scores.length === 0) return 0;
    return scores.reduce((sum, { logprob }) => sum + logprob, 0) / scores.length;
  }
}
