/** What the next choice of a token is steered by. */
export interface Bias {
  /** Token ids, each once. */
  readonly ids: Int32Array;
  /** What is added to the logit of each of `ids`. */
  readonly bonuses: Float32Array;
  /** Whether every other token is forbidden. */
  readonly only: boolean;
}

/**
 * Steers the choice of tokens of one answer: asked before each step, told each choice. After a
 * rewind, make a new one and tell it the tokens that were kept.
 */
export interface Guide {
  /**
   * For the next token; the same object as before while nothing changes, so that it need not be
   * handed over again. undefined: every token is free.
   */
  readonly bias: Bias | undefined;
  /** Tells the token that was chosen. */
  push(id: number): void;
}

/** Several guides as one: the first that has a bias steers. All are told each choice. */
export function combine(...guides: readonly Guide[]): Guide {
  return {
    get bias() {
      for (const { bias } of guides) if (bias !== undefined) return bias;
      return undefined;
    },
    push(id) {
      for (const guide of guides) guide.push(id);
    },
  };
}
