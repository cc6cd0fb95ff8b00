import type { Samples } from "../../audio/samples/recording.ts";

/** What a detector makes of the sound of a session; places are samples from its first. */
export type TurnPart =
  /** A turn begins; `isSpeech`: because somebody is heard. */
  | { readonly type: "begin"; readonly at: number; readonly isSpeech: boolean }
  | { readonly type: "audio"; readonly samples: Samples }
  /** It ends; `isSpeech`: because nobody is heard any more. */
  | { readonly type: "end"; readonly at: number; readonly isSpeech: boolean }
  /** Nobody has spoken for as long as the client would wait: a turn of what was there begins. */
  | { readonly type: "idle"; readonly start: number; readonly end: number };

/** Says where turns begin and end. */
export interface TurnDetector {
  push(samples: Samples): Iterable<TurnPart>;
  /** The client ends a turn here, of what is not in one yet, too; nothing where nothing is. */
  commit(): Iterable<TurnPart>;
  /** The client throws away what is not committed. */
  clear(): void;
  /** What came and is in no turn, for the detector that takes its place. */
  rest(): Samples;
}

/** Everything is of one turn until the client ends it. */
export class ManualTurns implements TurnDetector {
  #at: number;
  #isOpen: boolean;

  /** Sound goes on at a place, maybe within a turn. */
  constructor(at: number, isOpen: boolean) {
    this.#at = at;
    this.#isOpen = isOpen;
  }

  *push(samples: Samples): Generator<TurnPart, void, undefined> {
    if (!this.#isOpen) yield { type: "begin", at: this.#at, isSpeech: false };
    this.#isOpen = true;
    this.#at += samples.length;
    yield { type: "audio", samples };
  }

  *commit(): Generator<TurnPart, void, undefined> {
    if (this.#isOpen) yield { type: "end", at: this.#at, isSpeech: false };
    this.#isOpen = false;
  }

  clear(): void {
    this.#isOpen = false;
  }

  rest(): Samples {
    return new Float32Array(0);
  }
}
