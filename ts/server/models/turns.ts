/** One that waits for a place. */
interface Waiting {
  start: () => void;
}

/** Before anything was measured, a recording is expected to take so long, in seconds. */
const guessedSeconds = 5;
/** The share of the newest recording in the mean. */
const newest = 0.2;

/**
 * The places of one model: so many recordings at once, and a queue of those who wait, first come
 * first served. Whoever leaves the queue frees their place in it at once.
 */
export class Turns {
  readonly #places: number;
  readonly #queue = new Set<Waiting>();
  #running = 0;
  /** Mean time that a place was taken, in seconds. */
  #meanSeconds: number | undefined;
  #isHeld = false;

  constructor(places: number) {
    this.#places = places;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Whether who comes now would have to wait. */
  get isFull(): boolean {
    return this.#isHeld || this.#running >= this.#places || this.#queue.size > 0;
  }

  /** Seconds until all who wait now will have been served, as far as was measured. */
  get secondsToWait(): number {
    const each = (this.#meanSeconds ?? guessedSeconds) / this.#places;
    return (this.#queue.size + 1) * each;
  }

  /** Waits for a place; throws the signal's reason when it is aborted first. */
  async take(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.isFull) await this.#wait(signal);
    else this.#running++;
    const started = performance.now();
    let isGiven = false;
    return {
      [Symbol.dispose]: () => {
        if (isGiven) return;
        isGiven = true;
        this.#running--;
        this.#measure((performance.now() - started) / 1000);
        this.#serve();
      },
    };
  }

  /** While places are held back nobody gets one that comes free. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#serve();
  }

  #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      this.#queue.delete(waiting);
      reject(signal.reason);
    };
    const waiting: Waiting = {
      start: () => {
        signal.removeEventListener("abort", leave);
        resolve();
      },
    };
    signal.addEventListener("abort", leave, { once: true });
    this.#queue.add(waiting);
    return promise;
  }

  #serve(): void {
    for (const waiting of this.#queue) {
      if (this.#isHeld || this.#running >= this.#places) return;
      this.#queue.delete(waiting);
      this.#running++;
      waiting.start();
    }
  }

  #measure(seconds: number): void {
    const before = this.#meanSeconds ?? seconds;
    this.#meanSeconds = before + newest * (seconds - before);
  }
}
