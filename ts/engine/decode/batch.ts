import type { DecodingModel, DecodingSession } from "./decoding-model.ts";

interface Waiting {
  session: DecodingSession;
  resolve: (token: number | null) => void;
  reject: (error: unknown) => void;
}

/**
 * Steps sessions together. Each decoding loop asks for its own next token; all that have asked when
 * the event loop comes round share one pass through the weights, so loops join and leave as they
 * like.
 */
export class Batch {
  readonly #model: DecodingModel;
  #waiting: Waiting[] = [];

  constructor(model: DecodingModel) {
    this.#model = model;
  }

  /** The session's next token, null at its end. */
  next(session: DecodingSession): Promise<number | null> {
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    if (this.#waiting.length === 0) setImmediate(() => this.#step());
    this.#waiting.push({ session, resolve, reject });
    return promise;
  }

  #step(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const tokens = this.#model.step(waiting.map(({ session }) => session));
      for (const [index, { resolve }] of waiting.entries()) resolve(tokens[index] ?? null);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
