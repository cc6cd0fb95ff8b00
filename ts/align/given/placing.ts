import type { Span } from "../../contract/transcript.ts";
import { weightOf } from "./heard.ts";

/** A word whose time may be known. */
export interface PlacedWord {
  text: string;
  line: number;
  span: Span | undefined;
}

/** How long a syllable usually takes, in seconds. */
const syllableSeconds = 0.2;
/** What a word gets where there is no time between its neighbours, in seconds, or less. */
const momentSeconds = 0.001;
/** Neighbours give up no more than this share of their time for such moments. */
const maxLent = 0.1;

/**
 * Gives words that nobody said a place between those that were said, so that words stay in order:
 * no longer than saying them would take, and never within what others said. Words follow the last
 * one of their line, or go before its first one. `within` is what was heard of the recording.
 */
export function placeUnsaid(words: readonly PlacedWord[], within: Span): Span[] {
  const spans = words.map(({ span }) => span && { ...span });
  for (let from = 0; from < words.length; ) {
    if (spans[from] !== undefined) {
      from++;
      continue;
    }
    let to = from + 1;
    while (to < words.length && spans[to] === undefined) to++;
    const gap = gapFor(spans[from - 1], spans[to], to - from, within);
    const after = words[to];
    const isNext = (index: number) =>
      after !== undefined &&
      words[index]!.line === after.line &&
      words[from - 1]?.line !== after.line;
    let border = to;
    while (border > from && isNext(border - 1)) border--;
    const lengths = words
      .slice(from, to)
      .map(({ text }) => Math.max(momentSeconds, syllableSeconds * weightOf(text)));
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const scale = Math.min(1, (gap.end - gap.start) / total);
    let at = gap.start;
    for (let index = from; index < to; index++) {
      if (index === border) at = gap.end - scale * sumOf(lengths.slice(border - from));
      const end = Math.min(gap.end, at + scale * lengths[index - from]!);
      spans[index] = { start: at, end };
      at = end;
    }
    from = to;
  }
  return spans as Span[];
}

function sumOf(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** The time between two words; where there is none, a moment of their own. Changes these then. */
function gapFor(
  before: Span | undefined,
  after: Span | undefined,
  count: number,
  within: Span,
): Span {
  const start = before?.end ?? Math.min(within.start, after?.start ?? within.start);
  const end = Math.max(start, after?.start ?? within.end);
  const missing = count * momentSeconds - (end - start);
  if (missing <= 0) return { start, end };
  const lend = (span: Span | undefined) =>
    span === undefined ? 0 : Math.min(missing, maxLent * (span.end - span.start));
  const gap = { start: start - lend(before), end: end + lend(after) };
  if (before !== undefined) before.end = gap.start;
  if (after !== undefined) after.start = gap.end;
  return gap;
}
