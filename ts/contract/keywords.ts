import { AsrError } from "./errors.ts";
import { shortened } from "./shortened.ts";

/** A word or phrase that the transcript is likely to hold. */
export interface Keyword {
  /** As it is to be written, in its own case. At most 64 characters, with a letter or digit. */
  readonly word: string;
  /**
   * By how many nats the word may be less likely than what the model would write and still win;
   * below 0, by how many it must be likelier. -10 to 10, default 3. 0 only puts the word in the
   * prompt.
   */
  readonly weight?: number | undefined;
}

/**
 * The best that was measured, on words that the demo model had misheard; docs/cli.md has the
 * figures. From 4 on the rest of the text suffers more than these words gain.
 */
export const defaultWeight = 3;
export const weightRange = { min: -10, max: 10 };
const maxWordLength = 64;
/** More than this is a vocabulary, not a hint. */
export const maxKeywords = 10_000;

/**
 * Reads `WORD` or `WORD:WEIGHT`. Only a number after the last colon is a weight. A word that ends
 * like one is written with its weight, `12:30:3`, or with a bare colon for the default, `12:30:`.
 */
export function parseKeyword(text: string): Keyword {
  const [, word, weight] = /^(.*):\s*([+-]?(?:\d+\.?\d*|\.\d+))?\s*$/su.exec(text) ?? [];
  if (word === undefined) return checked({ word: text });
  return checked({ word, weight: weight === undefined ? undefined : Number(weight) });
}

/**
 * The keywords of a list of `WORD[:WEIGHT]` texts and objects, whose `word` is taken as it is.
 * Throws AsrError `usage` for an empty or too long word, a weight out of range, a list of more than
 * 10,000.
 */
export function keywordList(items: readonly (string | Keyword)[]): Keyword[] {
  if (items.length > maxKeywords) {
    const message = `${items.length} keywords, at most ${maxKeywords} can be given`;
    throw new AsrError("usage", message, "leave out the words that the model writes right anyway");
  }
  return items.map((item) => (typeof item === "string" ? parseKeyword(item) : checked(item)));
}

function checked({ word, weight }: Keyword): Keyword {
  const tidy = word.normalize("NFC").trim().replaceAll(/\s+/gu, " ");
  const shown = JSON.stringify(shortened(tidy));
  if (tidy === "") throw new AsrError("usage", "a keyword is empty", 'write it as "WORD:WEIGHT"');
  if (!/[\p{L}\p{N}]/u.test(tidy)) {
    throw new AsrError("usage", `keyword ${shown} has no letter and no digit`);
  }
  const length = [...tidy].length;
  if (length > maxWordLength) {
    const most = `at most ${maxWordLength} can be given`;
    const message = `keyword ${shown} has ${length} characters, ${most}`;
    throw new AsrError("usage", message, "give whole sentences as context");
  }
  if (weight === undefined) return { word: tidy };
  const { min, max } = weightRange;
  if (!(weight >= min && weight <= max)) {
    const message = `keyword ${shown}: weight is ${weight}, expected ${min} to ${max}`;
    throw new AsrError("usage", message, `write "${tidy}:${weight}:" when that is the word`);
  }
  return { word: tidy, weight };
}
