/** What the library says about an open checkpoint. */
export interface ModelInfo {
  precision: "auto" | "full";
  /** Data type of the activations. */
  activations: string;
  /** Number of quantized modules by bits; empty for a float checkpoint. */
  quantizedModules: Readonly<Record<string, number>>;
  /** Number of tensors that the model runs without, by what they are; empty as a rule. */
  ignoredTensors: Readonly<Partial<Record<"lora" | "router", number>>>;
  /** What a person should know about this checkpoint, a sentence each; empty as a rule. */
  notes: readonly string[];
  weightBytes: number;
  /** The kernel table in use. */
  kernels: string;
  /** Threads that compute; absent on Metal. */
  threads?: number;
  melBins: number;
  encoderLayers: number;
  decoderLayers: number;
  hiddenSize: number;
  vocabSize: number;
  /** Most tokens that the KV cache holds, or that an aligner takes. */
  maxPositions: number;
  /** Mel frames in an attention window of the encoder. */
  windowFrames: number;
  /** Audio embeddings that they give; see `Session.encode`. */
  windowTokens: number;
  /** Attention heads of a layer of the decoder. */
  decoderHeads: number;
  /** Number of the heads whose attention `Session.alignment` tells; 0 when none are known. */
  alignmentHeads: number;
  /** How much later they look than a word is said, in seconds. */
  alignmentOffset: number;
  /** Classes of time that an aligner's head has; 0 for a recognizer. */
  classes: number;
  /** Milliseconds from one class to the next; 0 for a recognizer. */
  segmentMs: number;
  tokens: {
    audioPad: number;
    eos: readonly number[];
    /** `<timestamp>`, at which an aligner gives a class; absent for a recognizer. */
    timestamp?: number;
  };
}

/** Milliseconds and counts that the library keeps for one session. */
export interface SessionReport {
  melMs: number;
  encodeMs: number;
  prefillMs: number;
  decodeMs: number;
  frames: number;
  audioTokens: number;
  position: number;
  tokens: number;
}
