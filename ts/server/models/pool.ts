// This folder: the models of a server: by name, opened when needed, shared by turns.

import { untilAborted } from "../../concurrency/until-aborted.ts";
import { AsrError } from "../../contract/errors.ts";
import { optionTable } from "../../contract/option-table.ts";
import type { BorrowOptions, Loan, ModelStatus, Models } from "../service/models.ts";
import { defaultLimits } from "../service/settings.ts";
import { findName, type NamedModel, namedModels, openAiNames } from "./names.ts";
import type { Opener } from "./opener.ts";
import { closed, notOpened, tooManyWait } from "./refusals.ts";
import { Room } from "./room.ts";
import { type ModelEvent, ServedModel } from "./served-model.ts";

export interface PoolOptions {
  /** As `Asr.load` takes them; the first is the one that other names stand for. */
  models: readonly string[];
  opener: Opener;
  /** Recordings that one model transcribes at once: as many as it decodes together. */
  batch?: number | undefined;
  /** Most requests that wait for a place, of all models together. */
  maxWaiting?: number | undefined;
  /** A model that nobody uses is closed after so many seconds; undefined: never. */
  keepAlive?: number | undefined;
  /** Most bytes of the weights of all open models. */
  maxMemory?: number | undefined;
  onEvent?: ((event: ModelEvent) => void) | undefined;
}

/** The models of a server. */
export class ModelPool implements Models {
  readonly names: readonly string[];
  readonly aliases: readonly string[];
  readonly #named: readonly NamedModel[];
  readonly #models: ReadonlyMap<string, ServedModel>;
  readonly #room: Room;
  readonly #maxWaiting: number;
  readonly #closing = new AbortController();

  /** Throws AsrError `usage` for what is no name of a model. */
  constructor(options: PoolOptions) {
    const { models, maxWaiting = defaultLimits.maxWaiting, maxMemory } = options;
    this.#named = namedModels(models);
    if (this.#named.length === 0) throw new AsrError("usage", "no model to serve");
    this.names = this.#named.map(({ name }) => name);
    this.aliases = openAiNames.filter((name) => !this.names.includes(name));
    this.#maxWaiting = maxWaiting;
    this.#room = new Room(maxMemory ?? Number.POSITIVE_INFINITY);
    this.#models = new Map(this.#named.map((named) => [named.name, this.#served(named, options)]));
  }

  find(asked: string): string | undefined {
    return findName(this.#named, asked);
  }

  nameOf(asked: string | undefined): string {
    return (asked === undefined ? undefined : this.find(asked)) ?? this.names[0]!;
  }

  /** Opens a model before anybody asks for it. Throws as `Asr.load` does. */
  async open(name: string = this.names[0]!): Promise<void> {
    await this.#modelOf(name).recognizer();
  }

  checkRoom(): void {
    const turns = [...this.#models.values()].map((model) => model.turns);
    if (this.#waiting < this.#maxWaiting || !turns.every(({ isFull }) => isFull)) return;
    const seconds = turns.map(({ secondsToWait }) => secondsToWait);
    throw tooManyWait(this.#waiting, Math.min(...seconds));
  }

  async borrow(
    asked: string | undefined,
    client: AbortSignal,
    { isLive = false }: BorrowOptions = {},
  ): Promise<Loan> {
    const name = this.nameOf(asked);
    const model = this.#modelOf(name);
    const signal = AbortSignal.any([client, this.#closing.signal]);
    signal.throwIfAborted();
    using loan = new DisposableStack();
    if (!isLive) {
      const { isFull, secondsToWait } = model.turns;
      if (isFull && this.#waiting >= this.#maxWaiting) {
        throw tooManyWait(this.#waiting, secondsToWait);
      }
      loan.use(await model.turns.take(signal));
    }
    loan.use(model.use(isLive));
    const opened = model.recognizer().catch((error: unknown) => {
      throw notOpened(name, error);
    });
    const recognizer = await untilAborted(opened, signal);
    const kept = loan.move();
    return { name, recognizer, [Symbol.dispose]: () => kept.dispose() };
  }

  status(): ModelStatus[] {
    return [...this.#models.values()].map(({ status }) => status);
  }

  async close(): Promise<void> {
    this.#closing.abort(closed());
    await Promise.all([...this.#models.values()].map((model) => model.close()));
  }

  get #waiting(): number {
    return [...this.#models.values()].reduce((sum, { turns }) => sum + turns.waiting, 0);
  }

  #modelOf(name: string): ServedModel {
    return this.#models.get(this.nameOf(name))!;
  }

  #served({ model, name }: NamedModel, { opener, batch, keepAlive, onEvent }: PoolOptions) {
    const served: ServedModel = new ServedModel({
      name,
      places: batch ?? optionTable.batch.default,
      keepAlive,
      prepare: async () => {
        const ready = await opener(model, this.#closing.signal);
        return { ...ready, open: () => this.#room.enter(served, ready) };
      },
      onIdle: () => this.#room.changed(),
      onEvent: (event) => onEvent?.(event),
    });
    return served;
  }
}
