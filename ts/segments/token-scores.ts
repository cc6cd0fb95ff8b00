import type { DecodedChunk, TokenText } from "../contract/transcript.ts";
import type { TextRange } from "./sentences.ts";

interface Score extends TokenText {
  /** Where its text starts, without the space before it, and where it ends. */
  at: number;
  end: number;
}

/** How sure the model was of stretches of a chunk's text. */
export class TokenScores {
  /** In order. */
  readonly #scores: Score[] = [];

  constructor({ tokenTexts }: Pick<DecodedChunk, "tokenTexts">) {
    let from = 0;
    for (const { text, logprob } of tokenTexts) {
      // The space before a word belongs to it.
      const at = from + text.length - text.trimStart().length;
      from += text.length;
      // A token that only begins a character belongs to the one after it.
      this.#scores.push({ at, end: Math.max(at + 1, from), text, logprob });
    }
  }

  /** The tokens that start in a stretch of the text. */
  inside({ from, to }: TextRange): TokenText[] {
    return this.#scores
      .filter(({ at }) => at >= from && at < to)
      .map(({ text, logprob }) => ({ text, logprob }));
  }

  /** Mean log-probability over them; over all tokens where none starts there. */
  mean(range: TextRange): number {
    const inside = this.inside(range);
    return meanOf(inside.length > 0 ? inside : this.#scores);
  }

  /** Geometric mean of the probabilities of all tokens that have a part in a stretch. */
  probability({ from, to }: TextRange): number {
    let [low, high] = [0, this.#scores.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#scores[middle]!.end > from) high = middle;
      else low = middle + 1;
    }
    let end = low;
    while (end < this.#scores.length && this.#scores[end]!.at < to) end++;
    return Math.exp(meanOf(this.#scores.slice(low, end)));
  }
}

function meanOf(tokens: readonly TokenText[]): number {
  if (tokens.length === 0) return 0;
  return tokens.reduce((sum, { logprob }) => sum + logprob, 0) / tokens.length;
}
