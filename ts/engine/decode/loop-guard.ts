/** Longest pattern that is looked for, in tokens. */
const maxPeriod = 64;
/** A pattern is a loop from so many copies on … */
const minCopies = 4;
/** … which together are at least so many tokens: people do say "no no no no". */
const minTokens = 32;

/** Runs of this many tokens that come back again and again are a loop with variations. */
const gramLength = 8;
const maxGramCount = 6;

/**
 * Tells when a decoder repeats itself: either the same tokens in a row, period by period, or the
 * same long phrase all over with other words between.
 */
export class LoopGuard {
  readonly #tokens: number[] = [];
  /** For each period, how many of the last tokens equal the one that many before. */
  readonly #runs = new Uint32Array(maxPeriod + 1);
  /** How often each run of tokens came, without overlap; where last, and where a second time. */
  readonly #grams = new Map<string, { count: number; last: number; second: number }>();

  /**
   * Takes the next token. Returns undefined, or, once there is a loop, how many of the tokens so
   * far stand before its second copy: those are worth keeping.
   */
  push(token: number): number | undefined {
    const tokens = this.#tokens;
    tokens.push(token);
    return this.#period() ?? this.#phrase();
  }

  #period(): number | undefined {
    const tokens = this.#tokens;
    const last = tokens.length - 1;
    for (let period = 1; period <= Math.min(maxPeriod, last); period++) {
      const same = tokens[last] === tokens[last - period];
      const run = same ? this.#runs[period]! + 1 : 0;
      this.#runs[period] = run;
      if (run + period >= Math.max(minCopies * period, minTokens)) return tokens.length - run;
    }
    return undefined;
  }

  #phrase(): number | undefined {
    const tokens = this.#tokens;
    if (tokens.length < gramLength) return undefined;
    const at = tokens.length - gramLength;
    const gram = tokens.slice(at).join();
    const seen = this.#grams.get(gram);
    if (seen === undefined) {
      this.#grams.set(gram, { count: 1, last: at, second: 0 });
      return undefined;
    }
    if (at < seen.last + gramLength) return undefined;
    seen.count++;
    seen.last = at;
    if (seen.count === 2) seen.second = at;
    return seen.count >= maxGramCount ? seen.second : undefined;
  }
}
