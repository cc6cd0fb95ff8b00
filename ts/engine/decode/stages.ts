import type { DecodingSession } from "./decoding-model.ts";

/** A stage that a session has begun. */
interface Stage {
  session: DecodingSession;
  signal: AbortSignal | undefined;
  isStarted: boolean;
  resolve: (isFinished: boolean) => void;
  reject: (error: unknown) => void;
}

/**
 * Finishes the stages that sessions have begun, one slice each time when the event loop comes
 * round, so that timers, signals, messages and steps of the batch wait for one slice at most.
 * Parties take turns slice by slice; the stages of one party go one after the other.
 */
export class Stages {
  /** By party; parties in the order of their next turn. */
  readonly #waiting = new Map<object, Stage[]>();
  #isScheduled = false;

  /**
   * Finishes the stage that the session has begun. Resolves to false when the signal ended it
   * early; the session has to be closed then. Fails as the slice did that failed.
   */
  finish(
    session: DecodingSession,
    party: object,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const stage = { session, signal, isStarted: false, resolve, reject };
    const queue = this.#waiting.get(party);
    if (queue === undefined) this.#waiting.set(party, [stage]);
    else queue.push(stage);
    this.#schedule();
    return promise;
  }

  /** Whether a stage of the party is under way, and not just waiting for its first slice. */
  isBusy(party: object): boolean {
    return this.#waiting.get(party)?.[0]?.isStarted === true;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
      this.#schedule();
    });
  }

  #turn(): void {
    for (const [party, queue] of this.#waiting) {
      // A map keeps the order of insertion: taken out and put in again, a party is the last.
      this.#waiting.delete(party);
      if (advance(queue[0]!)) queue.shift();
      if (queue.length > 0) this.#waiting.set(party, queue);
      return;
    }
  }
}

/** Does a slice of the stage. Returns whether the stage has ended. */
function advance(stage: Stage): boolean {
  const { session, signal, resolve, reject } = stage;
  stage.isStarted = true;
  try {
    if (signal?.aborted) resolve(false);
    else if (session.work() > 0) return false;
    else resolve(true);
  } catch (error) {
    reject(error);
  }
  return true;
}
