/**
 * A pattern in the sense of Python's `re`, on which Whisper's normalisers rest: there `\b` and `\s`
 * know the letters and spaces of all scripts, in JavaScript `\b` knows those of ASCII alone.
 */
export function unicodePattern(source: string): RegExp {
  const word = "[\\p{L}\\p{N}_]";
  const edge = `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`;
  return new RegExp(source.replaceAll("\\b", edge).replaceAll("\\s", spaceClass), "gu");
}

const spaceClass =
  "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const spaces = unicodePattern("\\s+");

/** The words of a text: what stands between spaces. */
export function wordsOf(text: string): string[] {
  return text.split(spaces).filter((word) => word !== "");
}

/** The text with one plain space for each run of spaces. */
export function singleSpaced(text: string): string {
  return text.replace(spaces, " ");
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** What a person sees as characters: grapheme clusters. */
export function charactersOf(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}
