// Logit bias: what raises or lowers the likelihood of tokens beside the audio, from the caller's
// languages and keywords. Everything here is plain data for a decoder to apply.

/** What is added to the logits before the next token is chosen. */
export interface LogitBias {
  /** Token ids, each once. */
  readonly ids: Int32Array;
  /** What is added to the logit of each of `ids`, in nats. */
  readonly values: Float32Array;
  /** Whether every other token is forbidden. */
  readonly only: boolean;
}

/**
 * Gives the logit bias of one hypothesis, token by token: it is read before each step and told each
 * token that was chosen. After a rewind, make a new one and push the tokens that were kept.
 */
export interface LogitsProcessor {
  /**
   * For the next token; the same object as before while nothing changes, so that it need not be
   * handed over again. undefined: every token is free.
   */
  readonly bias: LogitBias | undefined;
  /** Takes the token that was chosen. */
  push(id: number): void;
}

/** Several processors as one: the first that has a bias decides. Each gets every token. */
export function combine(...processors: readonly LogitsProcessor[]): LogitsProcessor {
  return {
    get bias() {
      for (const { bias } of processors) if (bias !== undefined) return bias;
      return undefined;
    },
    push(id) {
      for (const processor of processors) processor.push(id);
    },
  };
}
