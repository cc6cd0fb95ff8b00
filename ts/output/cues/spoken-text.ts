import type { Segment } from "../../contract/transcript.ts";
import { speakingTime } from "../../segments/speaking-time.ts";
import { columns } from "../../text/columns.ts";
import { separator } from "../../text/joining.ts";
import { atomTimes } from "./estimated-cues.ts";
import type { LineLimits } from "./layout.ts";
import { type Atom, atomsOf, badnessAfter, cleanText } from "./line-breaks.ts";
import { type PlacedWord, placeWords } from "./placed-words.ts";

/** An atom by where it stands in a text: in UTF-16 units, `to` not included. */
interface PlacedAtom extends Atom {
  from: number;
  to: number;
}

/** A stretch of a spoken text that stays on one line, with its time in seconds. */
export interface SpokenAtom extends PlacedAtom {
  start: number;
  end: number;
  /** Index of the segment that it is of. */
  segment: number;
}

interface TextWord extends PlacedWord {
  /** Whether its time is that of the word, and not estimated from its segment's. */
  isHeard: boolean;
}

/** What was said in one channel as one text, and the time of each place in it. */
export class SpokenText {
  readonly text: string;
  readonly atoms: readonly SpokenAtom[];
  readonly #words: readonly TextWord[];
  /** Of words that are cut: how long each beginning of it takes to say, by its length. */
  readonly #said = new Map<number, Float64Array>();

  /**
   * Segments in order, and the transcript's text. Where a segment has no words, or such as are not
   * its text's, its atoms take their place, with the times that the lengths of the text give. No
   * atom has more words than a cue may.
   */
  constructor(segments: readonly Segment[], text: string, limits: LineLimits) {
    const owns = segments.map((segment) => cleanText(segment.text));
    const gaps = gapsBefore(owns, cleanText(text));
    const atoms: (PlacedAtom & { segment: number })[] = [];
    const words: TextWord[] = [];
    const texts: string[] = [];
    let length = 0;
    for (const [index, segment] of segments.entries()) {
      const [own, gap] = [owns[index]!, gaps[index]!];
      if (own === "") continue;
      if (atoms.length > 0) atoms[atoms.length - 1]!.spaced = gap !== "";
      const offset = length + gap.length;
      texts.push(gap, own);
      length = offset + own.length;
      const whole = placeAtoms(atomsOf(own, segment.language, limits.maxLineWidth));
      const ownWords = wordsOf(own, whole, segment);
      for (const atom of whole.flatMap((one) => cutAtWords(one, ownWords, limits))) {
        atoms.push({ ...atom, from: atom.from + offset, to: atom.to + offset, segment: index });
      }
      for (const word of ownWords) {
        words.push({ ...word, from: word.from + offset, to: word.to + offset });
      }
    }
    this.text = texts.join("");
    this.#words = words;
    this.atoms = atoms.map((atom) => {
      const start = this.#start(this.#firstFrom(atom.from), atom.from);
      const end = this.#end(this.#lastBefore(atom.to), atom.to);
      return { ...atom, start, end: Math.max(start, end) };
    });
  }

  /** How many words, or parts of one, stand in a stretch of the text. */
  wordCount(from: number, to: number): number {
    return this.#lastBefore(to) - this.#firstFrom(from) + 1;
  }

  /** The words, or parts of one, in a stretch of the text whose times are known. */
  heardWords(from: number, to: number): PlacedWord[] {
    const [first, last] = [this.#firstFrom(from), this.#lastBefore(to)];
    return this.#words.slice(first, last + 1).flatMap((word, index) => {
      const begin = Math.max(word.from, from);
      const part = this.text.slice(begin, Math.min(word.to, to));
      const [left, right] = [part.trimStart(), part.trimEnd()];
      if (!word.isHeard || left === "") return [];
      const [start, end] = [begin + part.length - left.length, begin + right.length];
      return {
        from: start,
        to: end,
        start: this.#start(first + index, start),
        end: this.#end(first + index, end),
      };
    });
  }

  /** When a word has come to a place in it. */
  #at(index: number, place: number): number {
    const { from, to, start, end } = this.#words[index]!;
    const said = this.#saidOf(index);
    const weight = (length: number) => weightOf(said[length]!, length);
    return start + (end - start) * (weight(place - from) / weight(to - from));
  }

  /** A word as long as a text is cut at each line: its beginning is not gone through each time. */
  #saidOf(index: number): Float64Array {
    const { from, to } = this.#words[index]!;
    const known = this.#said.get(index);
    if (known !== undefined) return known;
    const said = new Float64Array(to - from + 1);
    let at = 0;
    for (const character of this.text.slice(from, to)) {
      const sum = said[at]! + speakingTime(character);
      said.fill(sum, at + 1, at + character.length + 1);
      at += character.length;
    }
    this.#said.set(index, said);
    return said;
  }

  #start(index: number, place: number): number {
    const { from, start } = this.#words[index]!;
    return place <= from ? start : this.#at(index, place);
  }

  #end(index: number, place: number): number {
    const { to, end } = this.#words[index]!;
    return place >= to ? end : this.#at(index, place);
  }

  /** Index of the first word that ends after a place. */
  #firstFrom(place: number): number {
    return firstIndex(this.#words, ({ to }) => to > place);
  }

  /** Index of the last word that begins before a place. */
  #lastBefore(place: number): number {
    return firstIndex(this.#words, ({ from }) => from >= place) - 1;
  }
}

/**
 * What separates each of some texts from the one before it: what does in the whole where they
 * follow each other there, as those of one channel may not, else what belongs between two texts.
 */
function gapsBefore(texts: readonly string[], whole: string): ("" | " ")[] {
  let [before, at] = ["", 0];
  return texts.map((text) => {
    const found = at < 0 ? -1 : whole.indexOf(text, at);
    const between = found < 0 || before === "" ? undefined : whole.slice(at, found).trim();
    const gap = between === "" ? (found > at ? " " : "") : separator(before, text);
    at = found < 0 ? -1 : found + text.length;
    if (text !== "") before = text;
    return gap;
  });
}

/** Of a sorted list the index of the first item that something holds for, from which on it does. */
function firstIndex<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What is not said, as punctuation, still has its place in time. */
function weightOf(said: number, length: number): number {
  return said + 0.05 * length;
}

function placeAtoms(atoms: readonly Atom[]): PlacedAtom[] {
  let next = 0;
  return atoms.map((atom) => {
    const from = next;
    const to = from + atom.text.length;
    next = to + (atom.spaced ? 1 : 0);
    return { ...atom, from, to };
  });
}

function wordsOf(text: string, atoms: readonly PlacedAtom[], segment: Segment): TextWord[] {
  const heard = segment.words && placeWords(text, segment.words);
  if (heard !== undefined) return heard.map((word) => ({ ...word, isHeard: true }));
  const times = atomTimes(atoms, text, segment);
  return atoms.map(({ from, to }, index) => {
    return { from, to, start: times[index]!, end: times[index + 1]!, isHeard: false };
  });
}

/** An atom of more words than a cue may have in words. */
function cutAtWords(
  atom: PlacedAtom,
  words: readonly PlacedWord[],
  { maxWordsPerCue }: LineLimits,
): PlacedAtom[] {
  const first = firstIndex(words, ({ to }) => to > atom.from);
  const next = firstIndex(words, ({ from }) => from >= atom.to);
  if (next - first <= maxWordsPerCue) return [atom];
  const inside = words.slice(first, next);
  const starts = [atom.from, ...inside.slice(1).map(({ from }) => from)];
  return starts.map((from, index) => {
    const to = starts[index + 1];
    if (to === undefined) return { ...atom, ...part(atom, from, atom.to) };
    const spaced = atom.text[to - 1 - atom.from] === " ";
    return {
      ...atom,
      ...part(atom, from, spaced ? to - 1 : to),
      spaced,
      badness: badnessAfter.word,
    };
  });
}

function part(atom: PlacedAtom, from: number, to: number) {
  const text = atom.text.slice(from - atom.from, to - atom.from);
  return { text, width: columns(text), from, to };
}
