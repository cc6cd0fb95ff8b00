import { FairSemaphore } from "../concurrency/fair-semaphore.ts";

/**
 * Lets a number of actions run at once; the others wait in their order. The first failure of one is
 * the end of all of them.
 */
export class Slots {
  /** Aborted by the caller's signal or by the first failure, with that as its reason. */
  readonly signal: AbortSignal;
  readonly #failed = new AbortController();
  readonly #semaphore: FairSemaphore;

  constructor(count: number, signal: AbortSignal) {
    this.#semaphore = new FairSemaphore(count);
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
    using _permit = await this.#semaphore.acquire(this);
    this.signal.throwIfAborted();
    await action();
  }
}
