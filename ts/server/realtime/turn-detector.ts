import type { Samples } from "../../audio/samples/recording.ts";

/** What a detector makes of the sound of a session; places are samples from its first. */
export type TurnPart =
  | { readonly type: "started"; readonly at: number }
  | { readonly type: "audio"; readonly samples: Samples }
  | { readonly type: "stopped"; readonly at: number }
  /** Nobody has spoken for as long as the client waits; what was heard is a turn of its own. */
  | { readonly type: "idle"; readonly start: number; readonly end: number };

/** Says where turns begin and end. */
export interface TurnDetector {
  /** Whether turns are told to begin and to end, and are not for the client to end alone. */
  readonly tells: boolean;
  push(samples: Samples): Iterable<TurnPart>;
  /**
   * The client ends a turn: what belongs to it, to its end, if there is anything. Nothing of it is
   * given again.
   */
  commit(): Iterable<TurnPart>;
  /** The client throws away what is not committed. */
  clear(): void;
}

/** Everything is of one turn until the client ends it. */
export class ManualTurns implements TurnDetector {
  readonly tells = false;
  #at: number;
  #isOpen: boolean;

  /** Sound goes on at a place, maybe within a turn. */
  constructor(at: number, isOpen: boolean) {
    this.#at = at;
    this.#isOpen = isOpen;
  }

  *push(samples: Samples): Generator<TurnPart, void, undefined> {
    if (!this.#isOpen) yield { type: "started", at: this.#at };
    this.#isOpen = true;
    this.#at += samples.length;
    yield { type: "audio", samples };
  }

  *commit(): Generator<TurnPart, void, undefined> {
    if (this.#isOpen) yield { type: "stopped", at: this.#at };
    this.#isOpen = false;
  }

  clear(): void {
    this.#isOpen = false;
  }
}
