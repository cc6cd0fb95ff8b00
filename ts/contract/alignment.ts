import { AsrError } from "./errors.ts";
import type { Span, Transcript } from "./transcript.ts";

/**
 * A text that is to be found in a recording: a whole one, which is cut into sentences, or its lines
 * (cues, verses), which are kept.
 */
export type GivenText = string | readonly (string | { readonly text: string })[];

/** A stretch of the text that was not heard, or of speech that is not in the text. */
export interface Unmatched extends Span {
  kind: "text" | "speech";
  /** As it stands in the text, or as it was heard. */
  text: string;
  /**
   * The line of the text, from 1, where its lines were given: the one in which a stretch of text
   * begins, or the last one before a stretch of speech, 0 before the first.
   */
  line?: number;
}

/**
 * A given text and when it was said, in the shape of a transcript: `text` is the given one, the
 * segments are its lines or sentences, with their words. A word that nobody said has the
 * probability 0 and a moment between its neighbours.
 */
export interface Alignment extends Transcript {
  /** Share of the text's words that were heard, 0 to 1. */
  matched: number;
  /** What does not match, in the order of the recording; its times are where it would belong. */
  unmatched: Unmatched[];
}

/** What may have been said in the place of something that was heard. */
export interface Instead {
  /** Stretch of what was heard, the white space before it included; empty where nothing was. */
  from: number;
  to: number;
  /** With the white space before it. */
  text: string;
}

/** No recording has more text, in UTF-16 units: an hour of speech is some 60,000. */
const maxLength = 2_000_000;

/** A given text, checked, as it crosses to the engine's thread. Throws AsrError `usage`. */
export function checkedText(text: GivenText): string | string[] {
  const checked = typeof text === "string" ? text : linesOf(text);
  const whole = typeof checked === "string" ? checked : checked.join("\n");
  if (!/[\p{L}\p{N}]/u.test(whole)) {
    const hint = "give what is said in the recording";
    throw new AsrError("usage", "the text to align has no words in it", hint);
  }
  if (whole.length > maxLength) {
    const length = whole.length.toLocaleString("en");
    const message = `the text to align has ${length} characters, more than any recording`;
    throw new AsrError("usage", message, "give the part that is said in this one");
  }
  return checked;
}

/** Callers in JavaScript can pass anything. */
function linesOf(text: unknown): string[] {
  const wrong = new AsrError(
    "usage",
    "the text to align is neither a string nor a list of lines",
    "a line is a string, or has its text as `text`",
  );
  if (!Array.isArray(text)) throw wrong;
  return text.map((line: unknown) => {
    const own: unknown =
      typeof line === "object" && line !== null && "text" in line ? line.text : line;
    if (typeof own !== "string") throw wrong;
    return own;
  });
}
