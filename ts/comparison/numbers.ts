import { addendOf, isDecimal, isMultiplier, numberWords } from "./number-words.ts";
import { unicodePattern, wordsOf } from "./unicode.ts";

const andAHalf = unicodePattern("\\band\\s+a\\s+half\\b");
const spacedSuffix = unicodePattern("([0-9])\\s+(st|nd|rd|th|s)\\b");
const dollarsAndCents = unicodePattern("([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})\\b");
const centsAlone = unicodePattern("[€£$]0.([0-9]{1,2})\\b");
const digitOne = unicodePattern("\\b1(s?)\\b");

/**
 * The text with digits for its spoken numbers, as Whisper's `EnglishNumberNormalizer` writes them:
 * "two and a half million dollars" is $2500000, "double oh seven" 007, "nineteen eighties" 1980s.
 * A lone 1 is "one".
 */
export function spokenNumbersAsDigits(text: string): string {
  const apart = halvesAsDecimals(text)
    .replace(/([a-z])([0-9])/g, "$1 $2")
    .replace(/([0-9])([a-z])/g, "$1 $2")
    .replace(spacedSuffix, "$1$2");
  return new NumberReader(wordsOf(apart))
    .read()
    .join(" ")
    .replace(dollarsAndCents, (_, currency: string, whole: string, cents: string) => {
      return `${currency}${whole}.${cents.padStart(2, "0")}`;
    })
    .replace(centsAlone, (_, cents: string) => `¢${Number(cents)}`)
    .replace(digitOne, "one$1");
}

/** "two and a half" is "two point five", where a number word comes before. */
function halvesAsDecimals(text: string): string {
  const parts = text.split(andAHalf);
  const last = parts.length - 1;
  return parts
    .flatMap((part, index) => {
      const word = wordsOf(part).at(-1);
      if (word === undefined) return [];
      if (index === last) return [part];
      return [part, isDecimal(word) || isMultiplier(word) ? "point five" : "and a half"];
    })
    .join(" ");
}

/** Reads words from left to right and holds the number that is being said. */
class NumberReader {
  readonly #words: readonly string[];
  readonly #output: string[] = [];
  /** The number so far: a whole one while it can be added to, text when digits follow digits. */
  #value: bigint | string | undefined;
  #prefix = "";

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  read(): string[] {
    let index = 0;
    while (index < this.#words.length) index += this.#readWord(index);
    this.#flush();
    return this.#output;
  }

  /** Reads the word at `index`; returns how many words that took. */
  #readWord(index: number): number {
    const word = this.#words[index]!;
    const [before, after] = [this.#words[index - 1], this.#words[index + 1]];
    if (this.#readDigits(word)) return 1;
    const meaning = numberWords.get(word);
    switch (meaning?.kind) {
      case undefined:
        this.#plain(word);
        return 1;
      case "zero":
        this.#value = `${this.#written()}0`;
        return 1;
      case "addend":
        this.#value = joined(this.#value, meaning.value, before);
        this.#end(meaning.suffix);
        return 1;
      case "multiplier":
        this.#multiply(meaning.value);
        this.#end(meaning.suffix);
        return 1;
      case "sign":
        this.#flush();
        if (continues(after)) this.#prefix = meaning.sign;
        else this.#emit(word);
        return 1;
      case "currency":
        if (this.#value !== undefined) this.#prefix = meaning.sign;
        if (this.#value !== undefined) this.#flush();
        else this.#emit(word);
        return 1;
      case "percent":
        return this.#percent(word, meaning.follower, after);
      case "and":
        if (!continues(after) || !isMultiplier(before)) this.#plain(word);
        return 1;
      case "repeat":
        return this.#repeat(word, meaning.times, after);
      case "point":
        if (!continues(after)) this.#plain(word);
        else if (isDecimal(after) || isDigits(after)) this.#value = `${this.#written()}.`;
        return 1;
    }
  }

  /** A number that is written in digits already, perhaps with a sign before it. */
  #readDigits(word: string): boolean {
    const sign = /^[-+£€$¢]/u.exec(word)?.[0] ?? "";
    const digits = word.slice(sign.length);
    if (!isDigits(digits)) return false;
    if (typeof this.#value === "string" && this.#value.endsWith(".")) {
      this.#value += word;
      return true;
    }
    this.#flush();
    if (sign !== "") this.#prefix = sign;
    const [whole = "", decimals = ""] = digits.split(".");
    this.#value = /^0*$/.test(decimals) ? BigInt(whole) : digits;
    return true;
  }

  #multiply(by: bigint): void {
    const value = this.#value;
    if (value === undefined) {
      this.#value = by;
    } else if (typeof value === "bigint") {
      // Only what came since the last thousand is multiplied: 2003 hundred is 2300.
      this.#value = value - (value % 1000n) + (value % 1000n) * by;
    } else {
      const product = wholeProduct(value, by);
      if (product === undefined) this.#flush();
      this.#value = product ?? by;
    }
  }

  #percent(word: string, follower: string | undefined, after: string | undefined): number {
    if (this.#value !== undefined && (follower === undefined || follower === after)) {
      this.#end("%");
      return follower === undefined ? 1 : 2;
    }
    this.#plain(word);
    return 1;
  }

  #repeat(word: string, times: number, after: string | undefined): number {
    const digit = numberWords.get(after ?? "")?.kind === "zero" ? 0n : addendOf(after);
    if (digit !== undefined && digit < 20n) {
      this.#value = this.#written() + String(digit).repeat(times);
      return 2;
    }
    this.#plain(word);
    return 1;
  }

  /** The number as text that more digits can follow; a whole zero leaves no trace in Whisper. */
  #written(): string {
    return this.#value === undefined || this.#value === 0n ? "" : String(this.#value);
  }

  /** Ends the number when the last word did, as an ordinal does. */
  #end(suffix: string | undefined): void {
    if (suffix !== undefined) this.#emit(`${this.#value}${suffix}`);
  }

  /** A word that is no part of a number ends one. */
  #plain(word: string): void {
    this.#flush();
    this.#emit(word);
  }

  #flush(): void {
    if (this.#value !== undefined) this.#emit(String(this.#value));
  }

  #emit(text: string): void {
    this.#output.push(this.#prefix + text);
    this.#prefix = "";
    this.#value = undefined;
  }
}

/**
 * A number with "one" to "ninety" said after it: added where it fills zeros, as in twenty one, else
 * written behind, as in nineteen eighty.
 */
function joined(
  value: bigint | string | undefined,
  addend: bigint,
  before: string | undefined,
): bigint | string {
  if (value === undefined) return addend;
  const last = addendOf(before);
  if (typeof value === "string" || (last !== undefined && last < 20n)) {
    const fillsZero = last !== undefined && last >= 20n && addend < 10n;
    return `${fillsZero ? String(value).slice(0, -1) : value}${addend}`;
  }
  return value % (addend < 10n ? 10n : 100n) === 0n ? value + addend : `${value}${addend}`;
}

/** The product of a decimal number with a whole one, where it is whole too. */
function wholeProduct(decimal: string, by: bigint): bigint | undefined {
  const parts = /^([0-9]*)\.?([0-9]*)$/.exec(decimal);
  if (parts === null || parts[1] + parts[2]! === "") return undefined;
  const scale = 10n ** BigInt(parts[2]!.length);
  const product = BigInt(`${parts[1]}${parts[2]}`) * by;
  return product % scale === 0n ? product / scale : undefined;
}

function isDigits(word: string | undefined): boolean {
  return word !== undefined && /^[0-9]+(\.[0-9]+)?$/.test(word);
}

/** Whether a number can go on, or start, with this word. */
function continues(word: string | undefined): boolean {
  return word !== undefined && (numberWords.has(word) || isDigits(word));
}
