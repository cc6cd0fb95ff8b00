import { spokenNumbersAsDigits } from "../comparison/numbers.ts";
import { singleSpaced, unicodePattern } from "../comparison/unicode.ts";
import { withoutAsides, withoutSymbolsAndAccents } from "./basic.ts";
import { americanSpelling } from "./spellings.ts";

const fillers = unicodePattern("\\b(?:hmm|mm|mhm|mmm|uh|um)\\b");
const spaceBeforeApostrophe = unicodePattern("\\s+'");

/** Words that are said in full: each alone, whatever stands around it. */
const contracted: Readonly<Record<string, string>> = {
  "won't": "will not",
  "can't": "can not",
  "let's": "let us",
  "ain't": "aint",
  "y'all": "you all",
  wanna: "want to",
  gotta: "got to",
  gonna: "going to",
  "i'ma": "i am going to",
  imma: "i am going to",
  "ma'am": "madam",
  woulda: "would have",
  coulda: "could have",
  shoulda: "should have",
};

/** Titles and their like; a space follows, for there may be none, as in "mr.smith". */
const titles: Readonly<Record<string, string>> = {
  mr: "mister",
  mrs: "missus",
  st: "saint",
  dr: "doctor",
  prof: "professor",
  capt: "captain",
  gov: "governor",
  ald: "alderman",
  gen: "general",
  sen: "senator",
  rep: "representative",
  pres: "president",
  rev: "reverend",
  hon: "honorable",
  asst: "assistant",
  assoc: "associate",
  lt: "lieutenant",
  col: "colonel",
  jr: "junior",
  sr: "senior",
  esq: "esquire",
};

/** Ends of words, the longer ones first: "he's been" is "he has been", not "he is been". */
const endings: Readonly<Record<string, string>> = {
  "'d been": " had been",
  "'s been": " has been",
  "'d gone": " had gone",
  "'s gone": " has gone",
  "'d done": " had done",
  "'s got": " has got",
  "n't": " not",
  "'re": " are",
  "'s": " is",
  "'d": " would",
  "'ll": " will",
  "'t": " not",
  "'ve": " have",
  "'m": " am",
};

const expansions: readonly (readonly [RegExp, string])[] = [
  ...Object.entries(contracted).map(([from, to]) => [unicodePattern(`\\b${from}\\b`), to] as const),
  ...Object.entries(titles).map(
    ([from, to]) => [unicodePattern(`\\b${from}\\b`), `${to} `] as const,
  ),
  ...Object.entries(endings).map(([from, to]) => [unicodePattern(`${from}\\b`), to] as const),
];

/** Signs that mean something beside a number; they are looked at again when numbers are digits. */
const numericSigns = ".%$¢€£";

/**
 * English text for comparison, as Whisper's `EnglishTextNormalizer` gives it (Radford et al. 2022,
 * appendix C): one way of writing contractions, titles, numbers, amounts of money and spellings; no
 * punctuation, fillers, or words in brackets. Spaces may stand at the ends, as there.
 *
 * Digits of other scripts than Latin are left as words, which is where it differs.
 */
export function normaliseEnglish(text: string): string {
  let plain = withoutAsides(text.toLowerCase())
    .replace(fillers, "")
    .replace(spaceBeforeApostrophe, "'");
  for (const [from, to] of expansions) plain = plain.replace(from, to);
  plain = plain.replace(/(\d),(\d)/gu, "$1$2").replace(/\.([^0-9]|$)/gu, " $1");
  plain = withoutSymbolsAndAccents(plain, numericSigns);
  plain = americanSpelling(spokenNumbersAsDigits(plain));
  // Signs that turned out to belong to no number.
  plain = plain.replace(/[.$¢€£]([^0-9])/gu, " $1").replace(/([^0-9])%/gu, "$1 ");
  return singleSpaced(plain);
}
