import type { ModelInfo, SessionOpenOptions } from "../../native/model.ts";
import type { AlignmentQuery } from "../../native/session.ts";

/**
 * What decoding asks of an open model. `Model` of ts/native fulfils it with a checkpoint's weights,
 * a script with what a test wants to be written.
 */
export interface DecodingModel {
  readonly info: Readonly<ModelInfo>;
  /** Starts work on one recording. */
  session(options?: SessionOpenOptions): DecodingSession;
  /**
   * Chooses the next token of each session and feeds it; the sessions are this model's own. Returns
   * the tokens in order, null for a session that has come to its end.
   */
  step(sessions: readonly DecodingSession[]): (number | null)[];
  /** Frees the model and its sessions. */
  close(): void;
}

/** One recording on its way through the stages: mel, encode, prefill, then steps of the model. */
export interface DecodingSession extends Disposable {
  /** Begins the mel of mono 16 kHz samples; returns its number of frames (100 a second). */
  mel(samples: Float32Array): number;
  /**
   * Begins to encode the mel; returns the number of audio embeddings. `keep` takes so many of them
   * from the encode before.
   */
  encode(options?: { keep?: number }): number;
  /**
   * Begins to feed token ids; returns the position after them. As many tokens of `draft` as are
   * chosen behind them take hardly any time.
   */
  prefill(ids: Int32Array, draft?: Int32Array): number;
  /** Does a slice of the stage that was begun; returns how many slices are left. */
  work(): number;
  /** Adds `values` to the logits of `ids` from now on; with `only`, no other may be chosen. */
  bias(ids: Int32Array, values: Float32Array, only?: boolean): void;
  /** Forgets everything at and after `position`. */
  rewind(position: number): void;
  /** Natural logarithm of the probability of what the last step chose. */
  readonly logprob: number;
  /**
   * Where in the audio the tokens at some positions looked, a row of weights for each, of a session
   * that was opened with `alignment`; see `Session` of ts/native.
   */
  alignment(query: AlignmentQuery): Float32Array;
  /** How long the stages took so far. */
  report(): StageTimes;
  close(): void;
}

/** Milliseconds in the stages of the native library. */
export interface StageTimes {
  melMs: number;
  encodeMs: number;
  prefillMs: number;
  decodeMs: number;
}
