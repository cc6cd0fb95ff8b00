import type { ModelInfo } from "../../native/model-info.ts";
import type { StageTimes } from "../decode/decoding-model.ts";

/**
 * What finding word times asks of an open aligner. `Model` of ts/native fulfils it with a
 * checkpoint's weights, a script with the times that a test wants.
 */
export interface AligningModel {
  readonly info: Readonly<ModelInfo>;
  /** Starts work on one piece of audio. */
  session(): AligningSession;
  /** Frees the model and its sessions. */
  close(): void;
}

/** One piece of audio on its way through the stages: mel, encode, prefill. */
export interface AligningSession extends Disposable {
  /** Begins the mel of mono 16 kHz samples. */
  mel(samples: Float32Array): number;
  /** Begins to encode the mel; returns the number of audio embeddings. */
  encode(): number;
  /** Begins to feed the whole prompt. */
  prefill(ids: Int32Array): number;
  /** Does a slice of the stage that was begun; returns how many slices are left. */
  work(): number;
  /** The class of time at each slot that was fed, in order. */
  slots(): Int32Array;
  /** How long the stages took so far. */
  report(): StageTimes;
}
