/** A word as the aligner reads it, and where it stands in the text. */
export interface SpokenWord {
  /** In UTF-16 units; `to` is not included. */
  from: number;
  to: number;
  /** What the aligner reads: letters, digits and apostrophes alone. */
  spoken: string;
}

/** Whether the aligner reads this character: a letter, a digit of any kind, or `'`. */
export function isRead(character: string): boolean {
  return readPattern.test(character);
}

const readPattern = /^[\p{L}\p{N}']$/u;

/**
 * The part of the text from `from` to `to` as one word, from its first character that is read to
 * its last; undefined where none is.
 */
export function wordWithin(text: string, from: number, to: number): SpokenWord | undefined {
  let word: SpokenWord | undefined;
  let at = from;
  for (const character of text.slice(from, to)) {
    const end = at + character.length;
    if (isRead(character)) {
      word ??= { from: at, to: end, spoken: "" };
      word.to = end;
      word.spoken += character;
    }
    at = end;
  }
  return word;
}

/** Whether words end at this character: as Python has it, the separators U+001C to U+001F too. */
export function isSpace(character: string): boolean {
  return spacePattern.test(character) || (character >= "\x1c" && character <= "\x1f");
}

const spacePattern = /^\p{White_Space}$/u;
