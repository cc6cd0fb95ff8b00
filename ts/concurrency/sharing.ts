/** Others wait no longer for the thread than about this, in milliseconds. */
const maxHeldMs = 20;

/**
 * Shares the thread in work that takes long and has no pause of its own: `rest` is to be awaited
 * often, and lets timers, messages and other work have their turn when it is time.
 */
export class Sharing {
  #since = performance.now();

  async rest(): Promise<void> {
    if (performance.now() - this.#since < maxHeldMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
