/**
 * Hands out a limited number of places. Those who wait are served by turns: one place for each
 * party that asks, and only then a second one, so that a long recording does not keep a short one
 * waiting.
 */
export class Turns {
  #free: number;
  /** Who waits, by party; parties in the order of their next turn. */
  readonly #waiting = new Map<object, (() => void)[]>();

  constructor(places: number) {
    this.#free = places;
  }

  /** Waits for a place; whoever gets one gives it back by disposing of it. */
  async take(party: object): Promise<Disposable> {
    if (this.#free > 0) this.#free--;
    else await this.#turn(party);
    return { [Symbol.dispose]: () => this.#giveBack() };
  }

  #turn(party: object): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const queue = this.#waiting.get(party);
    if (queue === undefined) this.#waiting.set(party, [resolve]);
    else queue.push(resolve);
    return promise;
  }

  #giveBack(): void {
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
