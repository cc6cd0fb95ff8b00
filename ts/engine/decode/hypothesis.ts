import type { Piece } from "../../contract/transcript.ts";
import { parseOutput, shownText, textTag } from "../../text/prompt.ts";
import { TokenDecoder, type Tokenizer } from "../../text/tokenizer.ts";
import { LoopGuard } from "./loop-guard.ts";

/** A token that the model chose. */
export interface Token {
  id: number;
  logprob: number;
}

const languageBegun = /^\s*language(\s+\p{L}*)?\s*$/iu;

/** An answer of the model, token by token. */
export class Answer {
  readonly #forced: string | undefined;
  readonly #decoder: TokenDecoder;
  readonly #tag: number;
  readonly #guard = new LoopGuard();
  #raw = "";
  /** Whether what is written now is text, and no longer the name of the language. */
  #inText: boolean;
  #pieces: Piece[] = [];
  /** All tokens so far. */
  readonly tokens: Token[] = [];

  /**
   * `forced` is the language that the prompt named; undefined: the answer begins with it. `begun`
   * are the tokens that it goes on from.
   */
  constructor(tokenizer: Tokenizer, forced: string | undefined, begun: readonly Token[] = []) {
    this.#decoder = new TokenDecoder(tokenizer);
    this.#tag = tokenizer.specialId(textTag);
    this.#forced = forced;
    this.#inText = forced !== undefined;
    for (const { id, logprob } of begun) this.push(id, logprob);
  }

  /** Takes a token. Returns whether the model is in a loop; the answer is then cut before it. */
  push(id: number, logprob: number): boolean {
    const text = this.#decoder.push(id);
    this.#raw += text;
    this.tokens.push({ id, logprob });
    if (id === this.#tag && !this.#inText) {
      this.#inText = true;
      return false;
    }
    if (this.#inText) this.#pieces.push({ text, logprob });
    const kept = this.#inText ? this.#guard.push(id) : undefined;
    if (kept === undefined) return false;
    const lost = this.#pieces.splice(kept);
    const lostLength = lost.reduce((sum, piece) => sum + piece.text.length, 0);
    this.#raw = this.#raw.slice(0, this.#raw.length - lostLength);
    // An unfinished character goes with what was cut.
    this.#decoder.end();
    return true;
  }

  /** The text that can be shown by now. */
  get shown(): string {
    return shownText(this.#raw, this.#forced);
  }

  /**
   * The finished answer. Its text goes on from `published`, and is mended (see `parseOutput`) only
   * where that is possible then.
   */
  end(published = ""): { text: string; language: string; pieces: Piece[] } {
    const rest = this.#decoder.end();
    const last = this.#pieces.at(-1);
    if (last !== undefined) last.text += rest;
    const raw = this.#raw + rest;
    // Cut within the name of the language: there is no text yet.
    if (!this.#inText && languageBegun.test(raw)) return { text: "", language: "", pieces: [] };
    const { text: mended, language } = parseOutput(raw, this.#forced);
    const text = mended.startsWith(published) ? mended : shownText(raw, this.#forced).trimEnd();
    return { text, language, pieces: piecesOf(text, this.#pieces) };
  }
}

/** The pieces without white space around them; where the text was mended, one piece for all. */
function piecesOf(text: string, pieces: readonly Piece[]): Piece[] {
  const whole = pieces.map((piece) => piece.text).join("");
  const start = whole.length - whole.trimStart().length;
  const end = whole.trimEnd().length;
  if (whole.slice(start, Math.max(start, end)) !== text) {
    const sum = pieces.reduce((total, piece) => total + piece.logprob, 0);
    return text === "" ? [] : [{ text, logprob: sum / Math.max(1, pieces.length) }];
  }
  let at = 0;
  return pieces.map(({ text: part, logprob }) => {
    const trimmed = part.slice(Math.max(0, start - at), Math.max(0, end - at));
    at += part.length;
    return { text: trimmed, logprob };
  });
}
