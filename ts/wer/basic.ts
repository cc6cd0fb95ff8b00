import { charactersOf, singleSpaced, unicodePattern } from "../comparison/unicode.ts";

/**
 * Text for comparison in any language, as Whisper's `BasicTextNormalizer` gives it: lower case,
 * half width (NFKC), what stands in brackets gone, and a space for each mark, symbol and
 * punctuation. The vowel signs of Indic scripts and the tone marks of Thai that do not compose are
 * marks too and go with them; published error rates have that in them.
 *
 * `splitLetters` puts a space between all characters.
 */
export function normaliseBasic(text: string, { splitLetters = false } = {}): string {
  const plain = withoutAsides(text.toLowerCase())
    .normalize("NFKC")
    .replace(/[\p{M}\p{S}\p{P}]/gu, " ")
    .toLowerCase();
  return singleSpaced(splitLetters ? charactersOf(plain).join(" ") : plain);
}

const brackets = unicodePattern("[<\\[][^>\\]]*[>\\]]");
const parentheses = unicodePattern("\\(([^)]+?)\\)");

/** The text without what stands in brackets or parentheses, such as [laughter]. */
export function withoutAsides(text: string): string {
  return text.replace(brackets, "").replace(parentheses, "");
}

/** Letters with a stroke or a ligature, which no Unicode normalisation takes apart. */
const plainLetters: Readonly<Record<string, string>> = {
  œ: "oe",
  Œ: "OE",
  ø: "o",
  Ø: "O",
  æ: "ae",
  Æ: "AE",
  ß: "ss",
  ẞ: "SS",
  đ: "d",
  Đ: "D",
  ð: "d",
  Ð: "D",
  þ: "th",
  Þ: "th",
  ł: "l",
  Ł: "L",
};
const plainable = new RegExp(`[${Object.keys(plainLetters).join("")}\\p{M}\\p{S}\\p{P}]`, "gu");

/** The text without accents, and a space for each symbol that is not one of `keep`. */
export function withoutSymbolsAndAccents(text: string, keep: string): string {
  return text.normalize("NFKD").replace(plainable, (character) => {
    if (keep.includes(character)) return character;
    return plainLetters[character] ?? (/\p{Mn}/u.test(character) ? "" : " ");
  });
}
