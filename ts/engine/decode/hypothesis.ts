import type { TokenText } from "../../contract/transcript.ts";
import { parseOutput, shownText, textTag } from "../../text/prompt.ts";
import { TokenDecoder, type Tokenizer } from "../../text/tokenizer.ts";
import { LoopGuard } from "./loop-guard.ts";

/** A token that the model chose. */
export interface Token {
  id: number;
  logprob: number;
}

/** A header that was cut before its tag: `language`, or `language Engl`. */
const unfinishedHeader = /^\s*language(\s+\p{L}*)?\s*$/iu;

/** What the model has written so far, token by token. */
export class Hypothesis {
  readonly #language: string | undefined;
  readonly #decoder: TokenDecoder;
  readonly #tag: number;
  readonly #guard = new LoopGuard();
  #raw = "";
  /** Whether what is written now is text, and no longer the name of the language. */
  #inText: boolean;
  /** The text of each token behind the header. */
  #tokenTexts: TokenText[] = [];
  /** All tokens so far. */
  readonly tokens: Token[] = [];

  /**
   * `language` is the one that the prompt named; undefined: the text has a header with it. `prefix`
   * are the tokens that the model goes on from.
   */
  constructor(tokenizer: Tokenizer, language: string | undefined, prefix: readonly Token[] = []) {
    this.#decoder = new TokenDecoder(tokenizer);
    this.#tag = tokenizer.specialId(textTag);
    this.#language = language;
    this.#inText = language !== undefined;
    for (const { id, logprob } of prefix) this.push(id, logprob);
  }

  /** Takes a token. Returns whether the model is in a loop; the text is then cut before it. */
  push(id: number, logprob: number): boolean {
    const text = this.#decoder.push(id);
    this.#raw += text;
    this.tokens.push({ id, logprob });
    if (id === this.#tag && !this.#inText) {
      this.#inText = true;
      return false;
    }
    if (this.#inText) this.#tokenTexts.push({ text, logprob });
    const kept = this.#inText ? this.#guard.push(id) : undefined;
    if (kept === undefined) return false;
    const lost = this.#tokenTexts.splice(kept);
    const lostLength = lost.reduce((sum, token) => sum + token.text.length, 0);
    this.#raw = this.#raw.slice(0, this.#raw.length - lostLength);
    // An unfinished character goes with what was cut.
    this.#decoder.end();
    return true;
  }

  /** The text that can be shown by now. */
  get shown(): string {
    return shownText(this.#raw, this.#language);
  }

  /**
   * Ends the hypothesis. Its text goes on from `stable`, and is mended (see `parseOutput`) only
   * where that is possible then.
   */
  end(stable = ""): { text: string; language: string; tokenTexts: TokenText[] } {
    const rest = this.#decoder.end();
    const last = this.#tokenTexts.at(-1);
    if (last !== undefined) last.text += rest;
    const raw = this.#raw + rest;
    // Cut within the name of the language: there is no text yet.
    if (!this.#inText && unfinishedHeader.test(raw))
      return { text: "", language: "", tokenTexts: [] };
    const { text: mended, language } = parseOutput(raw, this.#language);
    const text = mended.startsWith(stable) ? mended : shownText(raw, this.#language).trimEnd();
    return { text, language, tokenTexts: trimmed(this.#tokenTexts, text) };
  }
}

/** The tokens' texts without white space around them all; where `text` was mended, one for all. */
function trimmed(tokens: readonly TokenText[], text: string): TokenText[] {
  const whole = tokens.map((token) => token.text).join("");
  const start = whole.length - whole.trimStart().length;
  const end = whole.trimEnd().length;
  if (whole.slice(start, Math.max(start, end)) !== text) {
    const sum = tokens.reduce((total, token) => total + token.logprob, 0);
    return text === "" ? [] : [{ text, logprob: sum / Math.max(1, tokens.length) }];
  }
  let at = 0;
  return tokens.map(({ text: part, logprob }) => {
    const kept = part.slice(Math.max(0, start - at), Math.max(0, end - at));
    at += part.length;
    return { text: kept, logprob };
  });
}
