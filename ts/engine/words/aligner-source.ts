import type { FoundTables } from "../../align/words/word-tables.ts";
import { untilAborted } from "../../concurrency/until-aborted.ts";
import { AsrError } from "../../contract/errors.ts";
import type { Progress } from "../../contract/options.ts";
import type { Aligner } from "./aligner.ts";

/** Who waits for an aligner. */
export interface OpeningContext {
  signal: AbortSignal;
  /** Is told of a download and of the loading. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Where an engine gets the aligner from: the models of this machine, the hub. */
export interface AlignerPlace {
  /** What messages call it. */
  readonly name: string;
  /** Whether the caller named it, rather than take the usual one. */
  readonly isNamed: boolean;
  /** Whether nothing has to be fetched for it. */
  isHere(signal: AbortSignal): Promise<boolean>;
  /** Fetches it where it is not here, and opens it. Throws AsrError. */
  open(context: OpeningContext): Promise<Aligner>;
  /** What it takes to cut the words of a language; fails by the signal alone. */
  tables(language: string, context: OpeningContext): Promise<FoundTables>;
}

/** Where there is none. */
export const noAligner: AlignerPlace = {
  name: "",
  isNamed: false,
  isHere: async () => false,
  open: async () => {
    throw new AsrError("usage", "this engine was opened without an aligner");
  },
  tables: async () => ({ tables: {} }),
};

/** The aligner of an engine, opened at the first need and kept until the engine is closed. */
export class AlignerSource implements Disposable {
  readonly place: AlignerPlace;
  #opening: { aligner: Promise<Aligner>; signal: AbortSignal } | undefined;
  #isClosed = false;

  constructor(place: AlignerPlace) {
    this.place = place;
  }

  /** Whether it can be had without fetching anything. */
  async isHere(signal: AbortSignal): Promise<boolean> {
    return this.#opening !== undefined || (await this.place.isHere(signal));
  }

  /**
   * The open aligner. Who comes while it is being opened waits for that, and begins anew where
   * whoever began it was aborted; a failure is tried again by the next caller.
   */
  async open(context: OpeningContext): Promise<Aligner> {
    const { signal } = context;
    for (;;) {
      this.#opening ??= this.#begin(context);
      const opening = this.#opening;
      try {
        return await untilAborted(opening.aligner, signal);
      } catch (error) {
        if (signal.aborted || !opening.signal.aborted) throw error;
      }
    }
  }

  #begin(context: OpeningContext): { aligner: Promise<Aligner>; signal: AbortSignal } {
    const opening = { aligner: this.#open(context), signal: context.signal };
    opening.aligner.catch(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    return opening;
  }

  async #open(context: OpeningContext): Promise<Aligner> {
    const aligner = await this.place.open(context);
    if (!this.#isClosed) return aligner;
    aligner[Symbol.dispose]();
    throw new AsrError("usage", "the engine is closed");
  }

  /** Frees it. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#opening?.aligner.then((aligner) => aligner[Symbol.dispose]()).catch(() => undefined);
    this.#opening = undefined;
  }
}
