import type { Recognizer } from "../service/models.ts";
import type { ReadyModel } from "./opener.ts";
import { inUse, tooLarge } from "./refusals.ts";
import type { ServedModel } from "./served-model.ts";

/**
 * The memory that open models share. One is opened at a time; before it is, idle ones are closed
 * until it fits, the least recently used first. Where all are in use, they lend nothing more until
 * one of them is idle, so that whoever waits for another model has their turn.
 */
export class Room {
  readonly #limit: number;
  readonly #held = new Map<ServedModel, number>();
  #last: Promise<unknown> = Promise.resolve();
  #changed = Promise.withResolvers<void>();

  /** @param limit Most bytes of weights. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Opens a model when there is room. Throws `Problem` 503 where live streams leave it none. */
  enter(model: ServedModel, ready: ReadyModel): Promise<Recognizer> {
    const entered = this.#last.then(() => this.#enter(model, ready));
    this.#last = entered.catch(() => undefined);
    return entered;
  }

  /** Something is idle now: who waits for room looks again. */
  changed(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #enter(model: ServedModel, { bytes, open }: ReadyModel): Promise<Recognizer> {
    if (bytes > this.#limit) throw tooLarge(model.name, bytes, this.#limit);
    const asked = new Set<ServedModel>();
    try {
      while (this.#sum(this.#others()) + bytes > this.#limit) {
        await this.#makeRoom(model, bytes, asked);
      }
    } finally {
      for (const other of asked) other.turns.hold(false);
    }
    const recognizer = await open();
    this.#held.set(model, bytes);
    return recognizer;
  }

  /** Closes an idle model, or waits until something changes. */
  async #makeRoom(model: ServedModel, bytes: number, asked: Set<ServedModel>): Promise<void> {
    const others = this.#others();
    const idle = others.find(({ isIdle }) => isIdle);
    if (idle !== undefined) return await idle.close();
    const live = others.filter(({ isLive }) => isLive);
    if (this.#sum(live) + bytes > this.#limit) {
      throw inUse(
        model.name,
        live.map(({ name }) => name),
      );
    }
    for (const other of others) {
      asked.add(other);
      other.turns.hold(true);
    }
    await this.#changed.promise;
  }

  /** What is open, the least recently used first. */
  #others(): ServedModel[] {
    // Keep-alive may have closed some.
    for (const held of this.#held.keys()) if (!held.isOpen) this.#held.delete(held);
    return [...this.#held.keys()].sort((a, b) => a.usedAt - b.usedAt);
  }

  #sum(models: readonly ServedModel[]): number {
    return models.reduce((sum, model) => sum + (this.#held.get(model) ?? 0), 0);
  }
}
