import type { TextRange } from "../../segments/sentences.ts";

/** What texts are compared by: a word, or a character where a script has no spaces. */
export interface Unit extends TextRange {
  /** The letters and digits alone, in one case and width; never "". */
  key: string;
  /** Whether it is a character of such a script. */
  isCharacter: boolean;
}

/** Scripts without spaces between words, and Hangul, where writers differ about the spaces. */
const unspaced =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー\\p{Script=Hangul}" +
  "\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";
const pieces = new RegExp(`[${unspaced}]\\p{M}*|(?:(?![${unspaced}])\\S)+`, "gu");
const isUnspaced = new RegExp(`^[${unspaced}]`, "u");

/** The units of a text in order; what has neither letters nor digits is none. */
export function unitsOf(text: string): Unit[] {
  const units: Unit[] = [];
  for (const { 0: piece, index } of text.matchAll(pieces)) {
    const isCharacter = isUnspaced.test(piece);
    // "well-known" and "well known", "and/or": what a dash parts may be one word or two.
    for (const { from, to } of isCharacter ? [{ from: 0, to: piece.length }] : parted(piece)) {
      const key = keyOf(piece.slice(from, to));
      if (key !== "") units.push({ from: index + from, to: index + to, key, isCharacter });
    }
  }
  return units;
}

const dashes = /(?<=[\p{L}\p{M}]\p{P}?)[-‐–—/…]+(?=\p{P}?\p{L})/gu;

/** A word in the parts that dashes between letters make of it, each with the dash behind it. */
function parted(piece: string): TextRange[] {
  const borders = [...piece.matchAll(dashes)].map(({ 0: dash, index }) => index + dash.length);
  return [...borders, piece.length].map((to, index) => ({ from: borders[index - 1] ?? 0, to }));
}

/** Letters and digits, without the marks that writers and recognizers differ about. */
export function keyOf(word: string): string {
  return word
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "")
    .normalize("NFC");
}

/** Stretches of scripts without spaces, for the segmenter. */
const glued = new RegExp(
  `[${unspaced.replace("\\p{Script=Hangul}", "")}][${unspaced}\\p{M}]*`,
  "gu",
);
const segmenter = new Intl.Segmenter("und", { granularity: "word" });

/**
 * The words of a text as a reader counts them: all but the white space, in order, punctuation with
 * the word that it touches.
 */
export function wordsOf(text: string): TextRange[] {
  const words: TextRange[] = [];
  for (const { 0: piece, index } of text.matchAll(/\S+/gu)) {
    const borders = [0, ...bordersIn(piece), piece.length];
    for (const [n, from] of borders.slice(0, -1).entries()) {
      words.push({ from: index + from, to: index + borders[n + 1]! });
    }
  }
  return words;
}

/** What a word begins with. */
const begins = /[\p{L}\p{N}\p{Ps}\p{Pi}]/uy;

/** Where the last character stands that is said; -1 where none is. */
function lastSaidIn(piece: string): number {
  for (let at = piece.length - 1; at >= 0; at--) {
    if (/[\udc00-\udfff]/.test(piece[at]!)) continue;
    if (keyOf(String.fromCodePoint(piece.codePointAt(at)!)) !== "") return at;
  }
  return -1;
}

/** Where words end within a piece of text that has no spaces. */
function bordersIn(piece: string): number[] {
  const borders: number[] = [];
  for (const { 0: run, index } of piece.matchAll(glued)) {
    if (index > 0) borders.push(index);
    for (const part of segmenter.segment(run)) {
      if (part.index > 0) borders.push(index + part.index);
    }
    if (index + run.length < piece.length) borders.push(index + run.length);
  }
  if (borders.length === 0) return borders;
  // A border needs something said on both of its sides; marks go with the word before.
  const kept: number[] = [];
  const lastSaid = lastSaidIn(piece);
  for (const border of [...new Set(borders)]) {
    if (border > lastSaid) break;
    begins.lastIndex = border;
    if (begins.test(piece) && keyOf(piece.slice(kept.at(-1) ?? 0, border)) !== "") {
      kept.push(border);
    }
  }
  return kept;
}
