// This folder: how much happens at once, in this process and beside it.

/**
 * Limits how much happens at once: a counting semaphore that is fair among parties. Those who wait
 * are served in turn, one permit for each party that asks and only then a second one, so that a
 * long recording does not keep a short one waiting. Within a party the first to ask is the first
 * served.
 */
export class FairSemaphore {
  #free: number;
  /** Who waits, by party; parties in the order of their next turn. */
  readonly #waiting = new Map<object, (() => void)[]>();

  constructor(permits: number) {
    this.#free = permits;
  }

  /** Waits for a permit; whoever gets one gives it back by disposing of it. */
  async acquire(party: object): Promise<Disposable> {
    if (this.#free > 0) this.#free--;
    else await this.#turn(party);
    return { [Symbol.dispose]: () => this.#release() };
  }

  #turn(party: object): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const queue = this.#waiting.get(party);
    if (queue === undefined) this.#waiting.set(party, [resolve]);
    else queue.push(resolve);
    return promise;
  }

  #release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    const [party, queue] = next;
    // A map keeps the order of insertion: taken out and put in again, a party is the last.
    this.#waiting.delete(party);
    const serve = queue.shift();
    if (queue.length > 0) this.#waiting.set(party, queue);
    serve?.();
  }
}
