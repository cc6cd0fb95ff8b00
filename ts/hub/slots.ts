/**
 * Lets a number of actions run at once; the others wait in their order. The first failure of one is
 * the end of all of them.
 */
export class Slots {
  /** Aborted by the caller's signal or by the first failure, with that as its reason. */
  readonly signal: AbortSignal;
  readonly #failed = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number, signal: AbortSignal) {
    this.#free = count;
    this.signal = AbortSignal.any([signal, this.#failed.signal]);
  }

  /** Waits until every action has ended, so that none is left running, then throws what failed. */
  async all(actions: readonly (() => Promise<void>)[]): Promise<void> {
    const run = (action: () => Promise<void>) =>
      action().catch((error) => {
        this.#failed.abort(error);
      });
    await Promise.all(actions.map(run));
    this.signal.throwIfAborted();
  }

  /** Runs an action when a slot is free. */
  async run(action: () => Promise<void>): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      this.signal.throwIfAborted();
      await action();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
