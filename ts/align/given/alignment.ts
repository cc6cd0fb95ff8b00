// This folder: a text that is given, against what was heard of a recording.

import { Sharing } from "../../concurrency/sharing.ts";
import type { Alignment, GivenText } from "../../contract/alignment.ts";
import {
  lowConfidence,
  type Segment,
  type Span,
  type Transcript,
  type Word,
} from "../../contract/transcript.ts";
import { type Given, givenOf } from "./given.ts";
import { type HeardWord, heardUnits, heardWords, sharesOf, weightOf } from "./heard.ts";
import { matchedPairs } from "./matching.ts";
import { placeUnsaid } from "./placing.ts";
import { type Match, shownText, unmatchedIn } from "./unmatched.ts";

/** What the mean log-probability of a line takes a word for that was not heard. */
const unheardLogprob = -10;

/**
 * When a given text was said, by a transcript of the recording that has words with their times: a
 * word of the text that was heard has the time at which it was heard, however far the two texts
 * drift apart in between. The text has words (see `checkedText`). Hours of it take a second or two,
 * in which the thread is shared.
 */
export async function alignedText(transcript: Transcript, text: GivenText): Promise<Alignment> {
  const sharing = new Sharing();
  const heard = heardWords(transcript);
  const [language = ""] = transcript.language.split(",");
  const given = await givenOf(text, language, sharing);
  const units = await heardUnits(heard, sharing);
  const pairs = await matchedPairs(given.units, units, language, sharing);
  const match = { given, heard, units, pairs };
  const { words, isHeard } = timedWords(match, transcript);
  const segments = segmentsOf(given, words, languagesOf(match, language));
  const spoken = given.words.filter(({ units: { from, to } }) => from < to).length;
  return {
    ...transcript,
    text: given.text,
    segments,
    matched: isHeard.filter(Boolean).length / spoken,
    unmatched: unmatchedIn(match, words, isHeard),
  };
}

/** When each unit of the given text was heard, by the unit that was heard for it. */
interface Times {
  spans: (Span | undefined)[];
  /** The word that was heard. */
  words: (HeardWord | undefined)[];
}

function timesOf({ given, heard, units, pairs }: Match): Times {
  const spans: Times["spans"] = new Array(given.units.length).fill(undefined);
  const words: Times["words"] = new Array(given.units.length).fill(undefined);
  for (const pair of pairs) {
    const own = given.units.slice(pair.given, pair.givenTo);
    const [first, last] = [units[pair.heard]!, units[pair.heardTo - 1]!];
    const shares = sharesOf(
      { start: first.start, end: last.end },
      own.map(({ key }) => weightOf(key)),
    );
    for (const [n, share] of shares.entries()) {
      spans[pair.given + n] = share;
      words[pair.given + n] = heard[first.word];
    }
  }
  return { spans, words };
}

/** The words of the given text with their times, and which of them were heard. */
function timedWords(
  match: Match,
  { duration, chunks }: Transcript,
): { words: Word[]; isHeard: boolean[] } {
  const { given } = match;
  const times = timesOf(match);
  const found = given.words.map(({ units: { from, to } }) => {
    const indices = Array.from({ length: to - from }, (_, n) => from + n);
    const known = indices.filter((index) => times.spans[index] !== undefined);
    // Of a word that is half wrong most was heard.
    if (known.length === 0 || 2 * known.length < indices.length) return undefined;
    const all = known.map((index) => times.words[index]!);
    return {
      start: times.spans[known[0]!]!.start,
      end: times.spans[known.at(-1)!]!.end,
      probability: Math.min(...all.map(({ probability }) => probability)),
      estimated: all.some(({ estimated }) => estimated),
    };
  });
  const texts = given.words.map(({ from, to }) => given.text.slice(from, to));
  const within = { start: chunks[0]?.start ?? 0, end: duration };
  const spans = placeUnsaid(
    given.words.map(({ line }, index) => ({ text: texts[index]!, line, span: found[index] })),
    within,
  );
  // Rounded up it would lie behind the recording.
  const last = Math.floor(duration * 1e6) / 1e6;
  const words = texts.map((text, index): Word => {
    const { probability = 0, estimated = true } = found[index] ?? {};
    const { start, end } = spans[index]!;
    const [from, to] = [micro(start), Math.min(micro(end), last)];
    return { text: shownText(text), start: from, end: to, probability, estimated };
  });
  return { words, isHeard: found.map((word) => word !== undefined) };
}

/** Words that nobody said may have less than a millisecond each. */
function micro(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

/** The language of each line: of the first of its words that was heard. */
function languagesOf({ given, heard, units, pairs }: Match, otherwise: string): string[] {
  const languages: string[] = new Array(given.lines.length);
  let line = 0;
  for (const pair of pairs) {
    const at = given.units[pair.given]!.from;
    while (given.lines[line]!.to <= at) line++;
    languages[line] ??= heard[units[pair.heard]!.word]!.language;
  }
  return Array.from(languages, (language) => language ?? otherwise);
}

function segmentsOf(given: Given, words: readonly Word[], languages: readonly string[]): Segment[] {
  let at = 0;
  return given.lines.map(({ from, to }, id) => {
    const first = at;
    while (given.words[at]?.line === id) at++;
    const own = words.slice(first, at);
    const scores = own.map(({ probability }) => Math.max(unheardLogprob, Math.log(probability)));
    const avgLogprob = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    return {
      id,
      start: own[0]!.start,
      end: own.at(-1)!.end,
      text: shownText(given.text.slice(from, to)),
      language: languages[id]!,
      estimated: own.some(({ estimated }) => estimated),
      avgLogprob,
      lowConfidence: avgLogprob < lowConfidence,
      words: own,
    };
  });
}
