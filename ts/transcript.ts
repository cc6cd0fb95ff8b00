/** Milliseconds spent in each stage of one transcription. */
export interface Timings {
  /** Reading and decoding the audio file. */
  audioMs: number;
  /** Samples to log-mel. */
  melMs: number;
  /** Log-mel to audio embeddings. */
  encodeMs: number;
  /** Reading the prompt. */
  prefillMs: number;
  /** Writing the tokens, all of them together. */
  decodeMs: number;
  /** From the call to the result. */
  totalMs: number;
}

/** What was said in one recording: plain data, the same as the command line's `--json`. */
export interface Transcript {
  /** "" when there is no speech. */
  text: string;
  /** Name of the language, forced or detected; "" when the model named none. */
  language: string;
  /** Length of the recording in seconds. */
  duration: number;
  /** Number of tokens that the model wrote. */
  tokens: number;
  /**
   * `eos`: the model ended by itself; `length`: it was cut at `maxTokens`, so text may be missing.
   */
  finishReason: "eos" | "length";
  timings: Timings;
  /**
   * Real-time factor: processing time over the length of the recording; below 1 is faster than real
   * time.
   */
  rtf: number;
}
