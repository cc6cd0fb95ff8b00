import { Problem } from "../http/problem.ts";
import type { ModelStatus, Recognizer } from "../service/models.ts";
import type { ReadyModel } from "./opener.ts";
import { Turns } from "./turns.ts";

/** What happens to a model, for the server's log. */
export interface ModelEvent {
  name: string;
  /** `refused`: it could not be opened for now, as where others need the memory. */
  change: "opening" | "opened" | "closed" | "failed" | "refused";
  /** Why it failed, or was refused. */
  error?: unknown;
}

export interface ServedModelOptions {
  name: string;
  /** Recordings at once. */
  places: number;
  /** An idle model is closed after so many seconds; undefined: never. */
  keepAlive: number | undefined;
  prepare: () => Promise<ReadyModel>;
  /** Is told when nobody uses it any more, and when it was closed. */
  onIdle: () => void;
  onEvent: (event: ModelEvent) => void;
}

/** So long a failure to open shows in the status, in ms; who asks meanwhile tries again. */
const failureMs = 30_000;

/** A model that is opened when somebody needs it, once for all, and closed when nobody does. */
export class ServedModel {
  readonly turns: Turns;
  readonly #options: ServedModelOptions;
  #recognizer: Recognizer | undefined;
  #opening: Promise<Recognizer> | undefined;
  #closing: Promise<void> | undefined;
  #users = 0;
  #live = 0;
  #bytes: number | undefined;
  #languages: readonly string[] | undefined;
  #wasLoaded = false;
  #failed = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When somebody began or ceased to use it, by `performance.now`. */
  usedAt = 0;

  constructor(options: ServedModelOptions) {
    this.#options = options;
    this.turns = new Turns(options.places);
  }

  get name(): string {
    return this.#options.name;
  }

  get isOpen(): boolean {
    return this.#recognizer !== undefined || this.#closing !== undefined;
  }

  get isLive(): boolean {
    return this.#live > 0;
  }

  /** Whether it is open and nobody uses it. */
  get isIdle(): boolean {
    return this.#recognizer !== undefined && this.#users === 0;
  }

  get status(): ModelStatus {
    const { name, turns } = this;
    const counts = { running: turns.running, live: this.#live, waiting: turns.waiting };
    const state = this.#state();
    const [bytes, languages] = [this.#bytes, this.#languages];
    return { name, state, ...counts, bytes, languages, wasLoaded: this.#wasLoaded };
  }

  #state(): ModelStatus["state"] {
    if (this.#recognizer !== undefined) return "loaded";
    if (this.#opening !== undefined) return "loading";
    return performance.now() - this.#failed < failureMs ? "failed" : "idle";
  }

  /** Keeps the model from being closed until what this returns is disposed of. */
  use(isLive: boolean): Disposable {
    clearTimeout(this.#timer);
    this.#users++;
    if (isLive) this.#live++;
    this.usedAt = performance.now();
    return {
      [Symbol.dispose]: () => {
        this.#users--;
        if (isLive) this.#live--;
        this.usedAt = performance.now();
        this.#rest();
      },
    };
  }

  /** The open model; all who ask while it is being opened wait for the same. */
  async recognizer(): Promise<Recognizer> {
    if (this.#recognizer !== undefined) return this.#recognizer;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
      this.#rest();
    });
    return await this.#opening;
  }

  /** Closes the model if it is open, with what is under way; waits for one that is opening. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    // Nobody may come to use what is idle between that being seen and its end.
    if (this.#opening !== undefined) await this.#opening.catch(() => undefined);
    const recognizer = this.#recognizer;
    if (recognizer === undefined) return await this.#closing;
    this.#recognizer = undefined;
    this.#closing = recognizer.close().finally(() => {
      this.#closing = undefined;
    });
    await this.#closing;
    this.#tell({ change: "closed" });
    this.#options.onIdle();
  }

  async #open(): Promise<Recognizer> {
    this.#tell({ change: "opening" });
    try {
      await this.#closing;
      const { bytes, languages, open } = await this.#options.prepare();
      this.#bytes = bytes;
      this.#languages = languages;
      this.#recognizer = await open();
    } catch (error) {
      const isRefused = error instanceof Problem;
      if (!isRefused) this.#failed = performance.now();
      this.#tell({ change: isRefused ? "refused" : "failed", error });
      throw error;
    }
    this.#wasLoaded = true;
    this.#failed = Number.NEGATIVE_INFINITY;
    this.#tell({ change: "opened" });
    return this.#recognizer;
  }

  /** Begins to wait for the time when an idle model is closed. */
  #rest(): void {
    if (this.#users > 0) return;
    this.#options.onIdle();
    const { keepAlive } = this.#options;
    if (keepAlive === undefined || !this.isIdle) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // The next who asks opens it again, or hears why that fails.
      if (this.isIdle) void this.close().catch(() => undefined);
    }, keepAlive * 1000);
    this.#timer.unref();
  }

  #tell(event: Omit<ModelEvent, "name">): void {
    this.#options.onEvent({ name: this.name, ...event });
  }
}
