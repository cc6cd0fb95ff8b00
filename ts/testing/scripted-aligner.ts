import { sampleRate } from "../audio/samples/recording.ts";
import type { StageTimes } from "../engine/decode/decoding-model.ts";
import { Aligner } from "../engine/words/aligner.ts";
import { type AlignerPlace, AlignerSource } from "../engine/words/aligner-source.ts";
import type { AligningModel, AligningSession } from "../engine/words/aligning-model.ts";
import type { ModelInfo } from "../native/model-info.ts";
import { ScriptedModel, scriptTokenizer } from "./scripted-model.ts";

/** What an aligner was asked. */
export interface AlignerQuestion {
  /** Of audio. */
  seconds: number;
  /** What it reads: its words without spaces. */
  text: string;
  /** How many words. */
  words: number;
}

/** When the words were said, in seconds of the audio; an error is thrown. */
export type AlignerScript = (question: AlignerQuestion) => readonly (readonly [number, number])[];

const segmentMs = 80;
const slot = scriptTokenizer.specialId("<timestamp>");

/** An aligner that answers what a script says; it hears nothing and has no weights. */
export class ScriptedAligner implements AligningModel {
  readonly script: AlignerScript;
  readonly questions: AlignerQuestion[] = [];
  readonly info: ModelInfo;
  /** How many sessions are open, and how many were at most. */
  open = 0;
  maxOpen = 0;
  /** Slices of every stage. */
  slices = 1;
  closed = false;

  constructor(script: AlignerScript) {
    this.script = script;
    const { info } = new ScriptedModel(() => "");
    const tokens = { ...info.tokens, timestamp: slot };
    this.info = { ...info, classes: 5000, segmentMs, tokens };
  }

  session(): AligningSession {
    this.maxOpen = Math.max(this.maxOpen, ++this.open);
    return new ScriptedSession(this);
  }

  close(): void {
    this.closed = true;
  }
}

class ScriptedSession implements AligningSession {
  readonly #model: ScriptedAligner;
  #samples = 0;
  #ids: readonly number[] = [];
  #slicesLeft = 0;

  constructor(model: ScriptedAligner) {
    this.#model = model;
  }

  mel(samples: Float32Array): number {
    this.#samples = samples.length;
    this.#slicesLeft = this.#model.slices;
    return 1;
  }

  encode(): number {
    this.#slicesLeft = this.#model.slices;
    return 1;
  }

  prefill(ids: Int32Array): number {
    this.#ids = [...ids];
    this.#slicesLeft = this.#model.slices;
    return ids.length;
  }

  work(): number {
    return --this.#slicesLeft;
  }

  slots(): Int32Array {
    const words = this.#ids.filter((id) => id === slot).length / 2;
    const text = scriptTokenizer.decode(this.#ids.filter((id) => id !== slot));
    const question = { seconds: this.#samples / sampleRate, text, words };
    this.#model.questions.push(question);
    return Int32Array.from(this.#model.script(question).flat(), (seconds) =>
      Math.round((seconds * 1000) / segmentMs),
    );
  }

  report(): StageTimes {
    return { melMs: 1, encodeMs: 2, prefillMs: 4, decodeMs: 0 };
  }

  [Symbol.dispose](): void {
    this.#model.open--;
  }
}

/** Words of 0.16 s, one in each quarter of a second. */
export const quarterly: AlignerScript = ({ words }) =>
  Array.from({ length: words }, (_, index) => [index * 0.24, index * 0.24 + 0.16]);

/** Where an engine gets such an aligner. */
export function scriptedPlace(
  script: AlignerScript = quarterly,
  more: Partial<AlignerPlace> = {},
): { source: AlignerSource; model: ScriptedAligner; opened: () => number } {
  const model = new ScriptedAligner(script);
  let opened = 0;
  const place: AlignerPlace = {
    name: "aligner",
    isNamed: false,
    isHere: async () => true,
    open: async () => {
      opened++;
      return new Aligner(model, scriptTokenizer);
    },
    tables: async () => ({ tables: {} }),
    ...more,
  };
  return { source: new AlignerSource(place), model, opened: () => opened };
}
