import { languageCode } from "../../contract/languages.ts";
import { columns } from "../../text/columns.ts";

/** A stretch of text that stays on one line. */
export interface Atom {
  text: string;
  /** Columns on a screen; East Asian wide characters and emoji take two. */
  width: number;
  /** Whether a space follows when the next atom is on the same line. */
  spaced: boolean;
  /** How bad it is to break after it: 0 after a sentence, 1 a clause, more within one. */
  badness: number;
}

/** How bad it is to break after something. */
export const badnessAfter = {
  sentence: 0,
  clause: 1,
  word: 3,
  unspacedWord: 4,
  character: 8,
  forced: 20,
};

/**
 * Cuts a text where a line may end: at spaces, between the words of scripts that write none, and
 * between characters of Chinese and Japanese; never before closing punctuation or small kana, nor
 * after an opening bracket (the rules of kinsoku shori). An atom wider than `maxWidth`, as a long
 * address, is cut between characters. Line ends of the text itself are taken as spaces. Joined,
 * with a space after those that have one, the atoms are `cleanText`.
 */
export function atomsOf(text: string, language: string, maxWidth: number): Atom[] {
  const clean = cleanText(text);
  const wordEnds = wordEndsOf(clean, language);
  const atoms: Atom[] = [];
  let atom = "";
  // Its last character: to look for it in what may be as long as the text takes long.
  let last = "";
  const end = (spaced: boolean, badness: number) => {
    if (atom !== "") atoms.push(...pieces({ ...measured(atom), spaced, badness }, maxWidth));
    atom = "";
    last = "";
  };
  const characters = [...graphemes.segment(clean)];
  for (const [at, { segment, index }] of characters.entries()) {
    const next = characters[at + 1]?.segment;
    if (segment === " ") {
      if (next !== undefined && mayDivide(last, next)) end(true, spaceBadness(atom));
      else atom += " ";
      continue;
    }
    atom += segment;
    last = segment;
    if (next === undefined || next === " " || !mayDivide(last, next)) continue;
    const badness = unspacedBadness(segment, next, wordEnds.has(index + segment.length));
    if (badness !== undefined) end(false, badness);
  }
  end(false, badnessAfter.sentence);
  return atoms;
}

/** A text with each run of white space and control characters as one space, and none around it. */
export function cleanText(text: string): string {
  // A space that does not break, as before a French question mark, stays what it is.
  return text.replaceAll(/(?:[^\S\u00a0\u202f]|\p{Cc})+/gu, " ").trim();
}

function measured(text: string): { text: string; width: number } {
  return { text, width: columns(text) };
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

function wordEndsOf(text: string, language: string): Set<number> {
  const words = new Intl.Segmenter(languageCode(language) ?? "und", { granularity: "word" });
  return new Set(Array.from(words.segment(text), ({ index, segment }) => index + segment.length));
}

const notAtStart =
  /^[\p{Pe}\p{Pf}!%),.:;?¢°’”‰′″℃、。，．：；？！・･ー々ゝゞヽヾ〜～…‥％ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ।؟،؛]/u;
const notAtEnd = /[\p{Ps}\p{Pi}($£¥€¿¡]$/u;

function mayDivide(before: string, next: string): boolean {
  return !notAtStart.test(next) && !notAtEnd.test(before);
}

function spaceBadness(before: string): number {
  if (/[.!?…؟।]["'\p{Pe}\p{Pf}]*$/u.test(before)) return badnessAfter.sentence;
  return /[,;:،؛—–]["'\p{Pe}\p{Pf}]*$/u.test(before) ? badnessAfter.clause : badnessAfter.word;
}

const ideographic =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60]/u;
const southEastAsian = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** How bad a break without a space is; undefined where there must be none. */
function unspacedBadness(before: string, next: string, wordEnd: boolean): number | undefined {
  if (/[。！？]/.test(before)) return badnessAfter.sentence;
  if (/[、，；：—]/.test(before)) return badnessAfter.clause;
  if (ideographic.test(before) || ideographic.test(next)) {
    return wordEnd ? badnessAfter.unspacedWord : badnessAfter.character;
  }
  const thai = southEastAsian.test(before) && southEastAsian.test(next);
  return thai && wordEnd ? badnessAfter.unspacedWord : undefined;
}

function pieces(atom: Atom, maxWidth: number): Atom[] {
  if (atom.width <= maxWidth) return [atom];
  const result: Atom[] = [];
  let text = "";
  for (const { segment } of graphemes.segment(atom.text)) {
    if (text !== "" && columns(text + segment) > maxWidth) {
      result.push({ ...measured(text), spaced: false, badness: badnessAfter.forced });
      text = "";
    }
    text += segment;
  }
  return [...result, { ...atom, ...measured(text) }];
}
