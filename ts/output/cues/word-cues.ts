import type { Segment } from "../../contract/transcript.ts";
import { type Cue, type CueWord, maxCueSeconds, minCueSeconds, toMs } from "./cue.ts";
import type { LineLimits } from "./layout.ts";
import { fill, lineEnds, lineWidth } from "./lines.ts";
import { type SpokenAtom, SpokenText } from "./spoken-text.ts";

/**
 * How fast people read at most, in columns a second: 20 characters, or 10 of those that are two
 * columns wide. A crowded cue lasts on into the time that is free after it.
 */
const maxReadingSpeed = 20;
/** No cue goes on over a pause of this length, in seconds. */
const longPause = 1;
/** Pauses up to this length are in every speech, in seconds. */
const shortPause = 0.2;
/** How long a word is said in quick speech, in seconds. */
const quickWord = 0.25;

/**
 * The segments of one channel, parts of a text, as cues that begin when their first word does and
 * end when their last one has been said, or later where they would else be too short or too fast to
 * read: then, at most, where the next one begins.
 */
export function wordCues(segments: readonly Segment[], text: string, limits: LineLimits): Cue[] {
  const spoken = new SpokenText(segments, text, limits);
  const borders = new Cutting(spoken, limits).borders();
  const cues: Cue[] = [];
  let last = 0;
  for (const [index, from] of borders.slice(0, -1).entries()) {
    const to = borders[index + 1]!;
    const { start, end } = timeOf(spoken.atoms, from, to);
    const startMs = Math.max(last, toMs(start));
    const endMs = Math.min(startMs + toMs(maxCueSeconds), Math.max(startMs + 1, toMs(end)));
    cues.push(cueOf(spoken, from, to, { startMs, endMs }, limits));
    last = endMs;
  }
  return cues;
}

/** When atoms are shown: while they are said, or as long as one reads where there is time. */
function timeOf(atoms: readonly SpokenAtom[], from: number, to: number) {
  const { start } = atoms[from]!;
  const { end } = atoms[to - 1]!;
  const next = atoms[to]?.start ?? Number.POSITIVE_INFINITY;
  return { start, end: Math.max(end, Math.min(start + readingTime(atoms, from, to), next)) };
}

function readingTime(atoms: readonly SpokenAtom[], from: number, to: number): number {
  return Math.max(minCueSeconds, lineWidth(atoms, from, to) / maxReadingSpeed);
}

function cueOf(
  spoken: SpokenText,
  from: number,
  to: number,
  times: Pick<Cue, "startMs" | "endMs">,
  limits: LineLimits,
): Cue {
  const lines: string[] = [];
  const words: CueWord[] = [];
  const within = (seconds: number) => Math.min(times.endMs, Math.max(times.startMs, toMs(seconds)));
  let first = from;
  for (const [line, end] of lineEnds(spoken.atoms, from, to, limits).entries()) {
    const begin = spoken.atoms[first]!.from;
    const until = spoken.atoms[end - 1]!.to;
    lines.push(spoken.text.slice(begin, until));
    for (const word of spoken.heardWords(begin, until)) {
      const [startMs, endMs] = [within(word.start), within(word.end)];
      words.push({ line, from: word.from - begin, to: word.to - begin, startMs, endMs });
    }
    first = end;
  }
  return { ...times, lines, ...(words.length > 0 ? { words } : {}) };
}

/** Finds where cues begin and end: few, well cut, neither crowded nor too short. */
class Cutting {
  readonly #spoken: SpokenText;
  readonly #atoms: readonly SpokenAtom[];
  readonly #limits: LineLimits;
  /** Shorter cues are too short; those of few words may be so. */
  readonly #minSeconds: number;
  /** What it costs to go on within a cue after each atom, summed up before each of them. */
  readonly #inside: readonly number[];
  /** The width that cues of each segment would have if they were all alike. */
  readonly #shares: readonly number[];

  constructor(spoken: SpokenText, limits: LineLimits) {
    this.#spoken = spoken;
    this.#atoms = spoken.atoms;
    this.#limits = limits;
    this.#minSeconds = Math.min(minCueSeconds, quickWord * limits.maxWordsPerCue);
    const inside = [0];
    for (const index of this.#atoms.keys()) inside.push(inside.at(-1)! + this.#costAfter(index));
    this.#inside = inside;
    this.#shares = this.#sharesOfSegments();
  }

  /** Indexes of the first atom of each cue, and at last the number of atoms. */
  borders(): number[] {
    const { length } = this.#atoms;
    const best: { cost: number; from: number }[] = [{ cost: 0, from: 0 }];
    for (let from = 0; from < length; from++) {
      const max = fill(this.#atoms, from, this.#limits);
      for (let to = from + 1; to <= max; to++) {
        if (to > from + 1 && !this.#fits(from, to)) break;
        const cost = best[from]!.cost + this.#cost(from, to);
        if (cost < (best[to]?.cost ?? Number.POSITIVE_INFINITY)) best[to] = { cost, from };
      }
    }
    const borders: number[] = [];
    for (let at = length; at > 0; at = best[at]!.from) borders.unshift(at);
    return [0, ...borders];
  }

  /** Whether atoms of which all but the last fit into a cue all do. */
  #fits(from: number, to: number): boolean {
    const [first, last] = [this.#atoms[from]!, this.#atoms[to - 1]!];
    return (
      toMs(this.#pauseAfter(to - 2)) < toMs(longPause) &&
      last.end - first.start <= maxCueSeconds &&
      this.#spoken.wordCount(first.from, last.to) <= this.#limits.maxWordsPerCue
    );
  }

  #cost(from: number, to: number): number {
    const { start, end } = timeOf(this.#atoms, from, to);
    const shown = Math.min(end - start, maxCueSeconds);
    const width = lineWidth(this.#atoms, from, to);
    const last = this.#atoms[to - 1]!;
    const isInOne = this.#atoms[from]!.segment === last.segment;
    const endsSegment = this.#atoms[to]?.segment !== last.segment;
    // A pause makes any place good to end at.
    const rest = Math.max(0, 1 - this.#pauseAfter(to - 1) / (2 * shortPause));
    return (
      10 +
      (endsSegment ? 0 : last.badness * rest) +
      20 * Math.max(0, this.#minSeconds - shown) +
      15 * Math.max(0, width / maxReadingSpeed - shown) +
      (isInOne ? 4 * (width / this.#shares[last.segment]! - 1) ** 2 : 0) +
      (this.#inside[to - 1]! - this.#inside[from]!)
    );
  }

  /** What it costs that a cue goes on after an atom: over a pause, into another sentence. */
  #costAfter(index: number): number {
    const next = this.#atoms[index + 1];
    if (next === undefined) return 0;
    const newSegment = next.segment === this.#atoms[index]!.segment ? 0 : 16;
    return newSegment + 12 * Math.max(0, this.#pauseAfter(index) - shortPause);
  }

  #pauseAfter(index: number): number {
    const next = this.#atoms[index + 1];
    return next === undefined ? Number.POSITIVE_INFINITY : next.start - this.#atoms[index]!.end;
  }

  #sharesOfSegments(): number[] {
    const capacity = this.#limits.maxLineWidth * this.#limits.maxLineCount;
    const shares: number[] = [];
    for (const [segment, atoms] of Map.groupBy(this.#atoms, ({ segment }) => segment)) {
      const width = lineWidth(atoms, 0, atoms.length);
      const seconds = atoms.at(-1)!.end - atoms[0]!.start;
      const words = this.#spoken.wordCount(atoms[0]!.from, atoms.at(-1)!.to);
      const count = Math.max(
        seconds / maxCueSeconds,
        width / capacity,
        words / this.#limits.maxWordsPerCue,
      );
      shares[segment] = width / Math.ceil(count);
    }
    return shares;
  }
}
