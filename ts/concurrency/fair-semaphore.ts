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

  /**
   * Waits for a permit; whoever gets one gives it back by disposing of it. Resolves to undefined as
   * soon as the signal comes first.
   */
  async acquire(party: object, signal?: AbortSignal): Promise<Disposable | undefined> {
    if (signal?.aborted) return undefined;
    if (this.#free > 0) this.#free--;
    else if (!(await this.#turn(party, signal))) return undefined;
    return { [Symbol.dispose]: () => this.#release() };
  }

  /** Waits for the party's turn; resolves to false where the signal came first. */
  #turn(party: object, signal: AbortSignal | undefined): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const leave = () => {
      this.#leave(party, serve);
      resolve(false);
    };
    const serve = () => {
      signal?.removeEventListener("abort", leave);
      resolve(true);
    };
    signal?.addEventListener("abort", leave, { once: true });
    const queue = this.#waiting.get(party);
    if (queue === undefined) this.#waiting.set(party, [serve]);
    else queue.push(serve);
    return promise;
  }

  #leave(party: object, serve: () => void): void {
    const queue = this.#waiting.get(party)?.filter((other) => other !== serve) ?? [];
    if (queue.length > 0) this.#waiting.set(party, queue);
    else this.#waiting.delete(party);
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
