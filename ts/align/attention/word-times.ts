// This folder: the times of words by what a decoder looked at in the audio while it wrote them.

import type { Span, TimedWord } from "../../contract/transcript.ts";
import { speakingTime } from "../../segments/speaking-time.ts";
import { lengthened } from "../lengths.ts";
import { likeliestWay } from "./likeliest-way.ts";
import { placesLookedAt } from "./looks.ts";
import { SpokenClock } from "./spoken-clock.ts";

/** What a decoder looked at while it wrote a text. */
export interface Attention {
  text: string;
  /**
   * Weights over the audio of some of the tokens, a row of as many as there are audio embeddings
   * for each: what was looked at when the token was chosen, so the row at the position before it.
   */
  rows: (from: number, to: number) => Float32Array;
  /** Which part of the text each token wrote, in order; in UTF-16 units, `to` not included. */
  tokens: readonly Part[];
  /** The words of the text, in order; together they are all of it but the white space. */
  words: readonly Part[];
  /** Where the audio lies in the recording, in seconds, and where in it there is sound. */
  audio: Span & { speech: readonly Span[] };
  /** How much later the decoder looks than is said what it writes, in seconds. */
  offset: number;
}

/** A part of a text. */
interface Part {
  from: number;
  to: number;
}

/** Between the sounds of two tokens there is so much besides, in syllables. */
const betweenTokens = 0.5;
/** Sound reaches at most so far from the middle of a token, in seconds, and so much a syllable. */
const reach = { least: 0.25, syllable: 0.25 };
/** Two places are one, for a clock that stands still in pauses, in seconds. */
const near = 0.03;
/** A shorter word would not be heard, in seconds: it takes time from its neighbours. */
const minWord = 0.03;
/** The length of what an audio embedding stands for, in seconds. */
const step = 0.08;

/**
 * The words with estimated times: in order, without overlap, within the audio, each with an end
 * after its start. Each token is where it looked, as far as the order of the text and the pace of
 * speech allow; between two tokens words divide the time, and pauses are nobody's. For the
 * beginning of a text it gives much the same as for the whole.
 */
export function wordTimes({ text, rows, tokens, words, audio, offset }: Attention): TimedWord[] {
  const seconds = audio.end - audio.start;
  const clock = new SpokenClock(audio);
  const sounding = soundingTokens(text, tokens);
  const looks = placesLookedAt(
    sounding.map(({ index }) => index),
    rows,
    (place) => Math.min(seconds, Math.max(0, place - offset)),
  );
  const middles = likeliestWay(
    looks,
    sounding.map(({ syllables }) => syllables),
    clock,
  );
  const knots = sounding.map((token, index) => ({ ...token, at: middles[index]! }));
  const spans = wordSpans(text, words, knots, clock);
  const weights = words.map(({ from, to }) => speakingTime(text.slice(from, to)) || 1);
  return lengthened(inOrder(spans, seconds), weights, seconds, step).map((span, index) => {
    const { from, to } = words[index]!;
    const [start, end] = [audio.start + span.start, audio.start + span.end];
    return { from, to, start, end, estimated: true };
  });
}

/** A token that says something, and how far the text is said when it is: in syllables. */
interface Sounding extends Part {
  index: number;
  syllables: number;
  /** Where its sound begins and ends, in syllables from the start of the text. */
  begins: number;
  ends: number;
}

function soundingTokens(text: string, tokens: readonly Part[]): Sounding[] {
  let said = 0;
  return tokens.flatMap(({ from, to }, index) => {
    const syllables = speakingTime(text.slice(from, to));
    if (syllables === 0) return [];
    const begins = said;
    said += syllables + betweenTokens;
    return [{ index, from, to, syllables, begins, ends: said }];
  });
}

/** A token with the middle of its sound, in spoken seconds. */
interface Knot extends Sounding {
  at: number;
}

/** The words' spans in seconds of the audio, before they are brought into order. */
function wordSpans(
  text: string,
  words: readonly Part[],
  knots: readonly Knot[],
  clock: SpokenClock,
): Span[] {
  if (knots.length === 0) return words.map(() => ({ start: 0, end: 0 }));
  // How much is said where a word begins or ends.
  const progress = (offset: number, isEnd: boolean): number => {
    const index = knots.findIndex(({ to }) => (isEnd ? to >= offset : to > offset));
    const knot = knots[index];
    if (knot === undefined) return knots.at(-1)!.ends;
    if (offset <= knot.from) return isEnd ? (knots[index - 1]?.ends ?? 0) : knot.begins;
    const part = speakingTime(text.slice(knot.from, offset)) / knot.syllables;
    return knot.begins + part * (knot.ends - knot.begins);
  };
  return words.map(({ from, to }) => ({
    start: clock.startAt(borderAt(progress(from, false), knots, clock, "start")),
    end: clock.endAt(borderAt(progress(to, true), knots, clock, "end")),
  }));
}

/** The spoken time of a border, where so much of the text is said. */
function borderAt(
  said: number,
  knots: readonly Knot[],
  clock: SpokenClock,
  side: "start" | "end",
): number {
  const middle = ({ begins, ends }: Knot) => (begins + ends) / 2;
  const next = knots.findIndex((knot) => middle(knot) > said);
  const after = knots[next];
  const before = next < 0 ? knots.at(-1) : knots[next - 1];
  const earliest = after && after.at - reachOf(after);
  const latest = before && before.at + reachOf(before);
  if (after === undefined) return Math.min(clock.pauseFrom(before!.at - near), latest!);
  if (before === undefined) return Math.max(clock.pauseUntil(after.at + near), earliest!);
  const part = (said - middle(before)) / (middle(after) - middle(before));
  const border =
    clock.longestPause(before.at - near, after.at + near) ??
    before.at + part * (after.at - before.at);
  // Where two tokens are far apart, something else sounds between them.
  return side === "end" ? Math.min(border, latest!) : Math.max(border, earliest!);
}

function reachOf({ syllables }: Knot): number {
  return reach.least + reach.syllable * syllables;
}

/** Spans within 0…`seconds` that do not overlap; what is too short has no length. */
function inOrder(spans: readonly Span[], seconds: number): Span[] {
  let reached = 0;
  return spans.map(({ start, end }) => {
    const first = Math.min(seconds, Math.max(start, reached));
    const last = Math.min(seconds, Math.max(end, first));
    reached = last - first < minWord ? first : last;
    return { start: first, end: reached };
  });
}
