import type { Unmatched } from "../../contract/alignment.ts";
import type { Span, Word } from "../../contract/transcript.ts";
import { joinTurns } from "../../text/joining.ts";
import type { Given } from "./given.ts";
import type { HeardUnit, HeardWord } from "./heard.ts";
import type { Pair } from "./misheard.ts";

/** A given text, what was heard, and which units of the two are the same. */
export interface Match {
  given: Given;
  heard: readonly HeardWord[];
  /** Those of what was heard. */
  units: readonly HeardUnit[];
  pairs: readonly Pair[];
}

/** A text on one line. */
export function shownText(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, " ");
}

/** What of the two texts is in no pair, in the order of the recording. */
export function unmatchedIn(
  match: Match,
  words: readonly Word[],
  isHeard: readonly boolean[],
): Unmatched[] {
  const { given, heard } = match;
  const lineOf = (word: number) => {
    const line = given.words[word]?.line;
    return line === undefined ? 0 : (given.lineNumbers?.[line] ?? 0);
  };
  const lined = (line: number) => (given.lineNumbers === undefined ? {} : { line });
  const texts = runsOf(
    given.words.map(({ units: { from, to } }, word) => from < to && !isHeard[word]),
    words,
  ).map(([from, to]): Unmatched => {
    const text = given.text.slice(given.words[from]!.from, given.words[to - 1]!.to);
    const { start, end } = { start: words[from]!.start, end: words[to - 1]!.end };
    return { kind: "text", text: shownText(text), start, end, ...lined(lineOf(from)) };
  });
  const { isMatched, before } = heardMatches(match);
  const speech = runsOf(
    isMatched.map((matched) => matched === false),
    heard,
  ).map(([from, to]): Unmatched => {
    const text = joinTurns(heard.slice(from, to).map((word) => ({ text: word.text })));
    const line = lineOf(before[from]!);
    return {
      kind: "speech",
      text,
      start: heard[from]!.start,
      end: heard[to - 1]!.end,
      ...lined(line),
    };
  });
  return [...texts, ...speech].sort((a, b) => a.start - b.start);
}

/**
 * Whether each word that was heard is in the text, undefined for one that says nothing, and the
 * last word of the text before it, -1 for none.
 */
function heardMatches({ given, heard, units, pairs }: Match): {
  isMatched: (boolean | undefined)[];
  before: number[];
} {
  const counts = heard.map(() => ({ all: 0, matched: 0 }));
  const before: number[] = new Array(heard.length).fill(-1);
  for (const { word } of units) counts[word]!.all++;
  let [word, next] = [0, 0];
  for (const pair of pairs) {
    for (let unit = pair.heard; unit < pair.heardTo; unit++) counts[units[unit]!.word]!.matched++;
    const last = pair.givenTo - 1;
    const until = units[pair.heardTo - 1]!.word;
    for (; word < until; word++) before[word] = next - 1;
    while (next < given.words.length && given.words[next]!.units.from <= last) next++;
  }
  for (; word < heard.length; word++) before[word] = next - 1;
  const isMatched = counts.map(({ all, matched }) => (all === 0 ? undefined : 2 * matched >= all));
  return { isMatched, before };
}

/** Words that lie further apart are no stretch, in seconds. */
const maxPause = 5;

/** Where a list is true, as stretches without a long pause, the ends not included. */
function runsOf(list: readonly boolean[], times: readonly Span[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const [index, isTrue] of list.entries()) {
    const last = runs.at(-1);
    if (!isTrue) continue;
    const goesOn = last?.[1] === index && times[index]!.start - times[index - 1]!.end <= maxPause;
    if (last !== undefined && goesOn) last[1] = index + 1;
    else runs.push([index, index + 1]);
  }
  return runs;
}
