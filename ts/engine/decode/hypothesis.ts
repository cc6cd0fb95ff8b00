import type { TokenText } from "../../contract/transcript.ts";
import {
  type Cut,
  isOpenHeader,
  readAnswer,
  textTag,
  withoutCuts,
  withoutOpenEnd,
} from "../../text/answer.ts";
import { withoutControls } from "../../text/controls.ts";
import { collapseRepeats } from "../../text/prompt.ts";
import { TokenDecoder, type Tokenizer } from "../../text/tokenizer.ts";
import { LoopGuard } from "./loop-guard.ts";
import { tokensBetween } from "./token-texts.ts";

/** A token that the model chose. */
export interface Token {
  id: number;
  logprob: number;
}

/** A token's part of a text, in UTF-16 units, `to` not included. */
export interface Piece {
  /** Its place among the tokens of the hypothesis. */
  token: number;
  from: number;
  to: number;
}

/** The text that a token completed, and its place among the tokens. */
interface PlacedText extends TokenText {
  token: number;
}

/** What the model has written so far, token by token. */
export class Hypothesis {
  readonly #language: string | undefined;
  readonly #tokenizer: Tokenizer;
  readonly #decoder: TokenDecoder;
  readonly #tag: number;
  readonly #guard = new LoopGuard();
  /** How many of the first tokens stay, even where they are a part of a loop. */
  readonly #stays: number;
  /** The raw text of each token. */
  #texts: PlacedText[] = [];
  #isTagged: boolean;
  /** Added tokens and control characters so far. */
  #strays = 0;
  /** All tokens so far. */
  readonly tokens: Token[] = [];

  /**
   * `language` is the one that the prompt named; undefined: the text has a header with it. `prefix`
   * are the tokens that the model goes on from: others may have been told of them, so they stay.
   */
  constructor(tokenizer: Tokenizer, language: string | undefined, prefix: readonly Token[] = []) {
    this.#tokenizer = tokenizer;
    this.#decoder = new TokenDecoder(tokenizer);
    this.#tag = tokenizer.specialId(textTag);
    this.#language = language;
    this.#stays = prefix.length;
    this.#isTagged = language !== undefined;
    for (const { id, logprob } of prefix) this.push(id, logprob);
  }

  /** Takes a token. Returns whether the model is in a loop; the text is then cut before it. */
  push(id: number, logprob: number): boolean {
    const token = this.tokens.push({ id, logprob }) - 1;
    this.#texts.push({ text: this.#textOf(id), logprob, token });
    if (id === this.#tag) this.#isTagged = true;
    const kept = this.#guard.push(id);
    if (kept === undefined) return false;
    const left = Math.max(kept, this.#stays);
    if (this.#texts.length > left) {
      this.#texts.length = left;
      // An unfinished character goes with what was cut.
      this.#decoder.end();
    }
    return true;
  }

  /** Name of the language, forced or as the header has it; "" for none. */
  get language(): string {
    return this.#whole().language;
  }

  /** The text that can be shown by now. */
  get shown(): string {
    return this.#isTagged ? withoutOpenEnd(this.#whole().text).trimStart() : "";
  }

  /** The same token by token. */
  get shownTokens(): TokenText[] {
    const { text, tokenTexts } = this.#whole();
    const from = text.length - text.trimStart().length;
    return tokensBetween(tokenTexts, from, from + this.shown.length);
  }

  /**
   * Whether the model has written something else than an answer: blanks or half a header and
   * nothing behind, or a second header, a marker or a control character within the text.
   */
  get isGarbled(): boolean {
    const { text, strays } = this.#whole();
    const isNothing = this.tokens.length > 0 && !this.#isTagged && isOpenHeader(text);
    return isNothing || strays + this.#strays > 0;
  }

  /**
   * Ends the hypothesis. Its text goes on from `stable`, and is mended (see `collapseRepeats`) only
   * where that is possible then.
   */
  end(stable = ""): { text: string; language: string; tokenTexts: TokenText[] } {
    const rest = this.#decoder.end();
    const last = this.#texts.at(-1);
    if (last !== undefined) last.text += rest;
    const { text: whole, language, tokenTexts } = this.#whole();
    // Cut within the name of the language: there is no text yet.
    if (!this.#isTagged && isOpenHeader(whole)) return { text: "", language: "", tokenTexts: [] };
    const mended = collapseRepeats(whole.trim()).trim();
    const text = mended.startsWith(stable) ? mended : whole.trim();
    return { text, language, tokenTexts: text === "" ? [] : leftIn(text, tokenTexts) };
  }

  /**
   * Which tokens a text is made of, in order: what is shown of the hypothesis, or its text at the
   * end. Tokens that only began a character stand before it, without a length.
   */
  pieces(text: string): Piece[] {
    return piecesOf(text, this.#whole().tokenTexts);
  }

  /** What a token adds to the raw answer: of added tokens, only the tag has a meaning there. */
  #textOf(id: number): string {
    if (id === this.#tag) return this.#decoder.end() + textTag;
    const text = this.#tokenizer.isAdded(id) ? undefined : this.#decoder.push(id);
    const shown = withoutControls(text ?? "");
    if (text !== shown) this.#strays++;
    return shown;
  }

  /** What was written so far, without headers and tags. */
  #whole(): { text: string; language: string; strays: number; tokenTexts: readonly PlacedText[] } {
    const raw = this.#texts.map(({ text }) => text).join("");
    const { language, cuts, strays } = readAnswer(raw, this.#language);
    const tokenTexts = cutTokens(this.#texts, cuts);
    return { text: withoutCuts(raw, cuts), language, strays, tokenTexts };
  }
}

/** The tokens' texts without what is cut; tokens of which nothing is left are left out. */
function cutTokens(tokens: readonly PlacedText[], cuts: readonly Cut[]): readonly PlacedText[] {
  if (cuts.length === 0) return tokens;
  const result: PlacedText[] = [];
  let start = 0;
  for (const token of tokens) {
    const end = start + token.text.length;
    const inside = cuts.filter((cut) => cut.from < end && cut.to > start);
    const own = inside.map(({ from, to, instead }) => ({
      from: Math.max(0, from - start),
      to: Math.min(end, to) - start,
      instead: to <= end ? instead : ("" as const),
    }));
    const text = withoutCuts(token.text, own);
    if (inside.length === 0 || text !== "") result.push({ ...token, text });
    start = end;
  }
  return result;
}

/**
 * The tokens' texts without the white space around them all; where `text` was mended, those of
 * which something is left in it. Joined they are `text`.
 */
function leftIn(text: string, tokens: readonly PlacedText[]): TokenText[] {
  const pieces = piecesOf(text, tokens);
  const isMended =
    text !==
    tokens
      .map((token) => token.text)
      .join("")
      .trim();
  return tokens.flatMap(({ text: written, logprob }, index) => {
    const { from, to } = pieces[index]!;
    return to > from || written === "" || !isMended
      ? [{ text: text.slice(from, to), logprob }]
      : [];
  });
}

/** Which part of a text each token wrote: what was cut or mended is missing, but nothing is new. */
function piecesOf(text: string, tokens: readonly PlacedText[]): Piece[] {
  let at = 0;
  return tokens.map(({ text: written, token }) => {
    const from = at;
    for (let unit = 0; unit < written.length; unit++) if (text[at] === written[unit]) at++;
    return { token, from, to: at };
  });
}
