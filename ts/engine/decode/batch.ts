import type { DecodingModel, DecodingSession } from "./decoding-model.ts";
import type { Stages } from "./stages.ts";

interface Waiting {
  session: DecodingSession;
  party: object;
  resolve: (token: number | null) => void;
  reject: (error: unknown) => void;
}

/**
 * Steps sessions together. Each decoding loop asks for its own next token; all that have asked when
 * the event loop comes round share one pass through the weights, so loops join and leave as they
 * like.
 *
 * A step takes nearly as long for one session as for all. So a party that has a stage under way
 * waits for its end, when more of its own may share the step; only others are not kept waiting.
 */
export class Batch {
  readonly #model: DecodingModel;
  readonly #stages: Stages;
  #waiting: Waiting[] = [];

  constructor(model: DecodingModel, stages: Stages) {
    this.#model = model;
    this.#stages = stages;
  }

  /** The session's next token, null at its end. */
  next(session: DecodingSession, party: object): Promise<number | null> {
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    if (this.#waiting.length === 0) this.#schedule();
    this.#waiting.push({ session, party, resolve, reject });
    return promise;
  }

  #schedule(): void {
    setImmediate(() => {
      if (this.#waiting.every(({ party }) => this.#stages.isBusy(party))) this.#schedule();
      else this.#step();
    });
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
