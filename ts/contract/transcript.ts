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
  /** Finding when words were said, where that was asked for. */
  wordsMs?: number;
  /** From the call to the result. */
  totalMs: number;
}

/**
 * How writing ended. `eos`: the model ended by itself. `length`: it was cut at the most tokens
 * allowed. `loop`: it repeated itself, and what came after the first copy is gone. `short`: it
 * wrote far too little for the voice that is heard. `garbled`: it wrote markers within the text,
 * which are gone, or no answer at all. `cancelled`: the caller stopped it. After all but `eos` text
 * may be missing.
 */
export type FinishReason = "eos" | "length" | "loop" | "short" | "garbled" | "cancelled";

/** A stretch of time in seconds from the start of the recording. */
export interface Span {
  start: number;
  end: number;
}

/** The text that one token completed. */
export interface TokenText {
  text: string;
  /** Natural logarithm of the probability that the model gave the token. */
  logprob: number;
}

/** A word of a text and when it was said. */
export interface TimedWord extends Span {
  /**
   * Where it stands in the text, in UTF-16 units, `to` not included; punctuation that touches it
   * belongs to it, white space does not.
   */
  from: number;
  to: number;
  /** True when the times are not the aligner's, but follow from the decoder's attention. */
  estimated: boolean;
}

/** A word of a transcript. */
export interface Word extends Span {
  /** The channel that it is of, from 1, where channels are heard each on its own. */
  channel?: number;
  /** As it stands in the text, with the punctuation that touches it. */
  text: string;
  /** How sure the model was, 0 to 1: the geometric mean over its tokens. */
  probability: number;
  /** True when the times are not the aligner's, but follow from the decoder's attention. */
  estimated: boolean;
}

/** A part of a recording that was decoded on its own. */
export interface DecodedChunk extends Span {
  /** The channel that it is of, from 1, where channels are heard each on its own. */
  channel?: number;
  /** "" when there is no speech. */
  text: string;
  /** Name of the language, forced or detected; "" when the model named none. */
  language: string;
  /** The text token by token; joined they are `text`. */
  tokenTexts: readonly TokenText[];
  /** The words of the text in order, all but the white space, where their times were asked for. */
  words?: readonly TimedWord[];
  /** Where there is sound that may be speech, in order; what lies between are pauses. */
  speech: readonly Span[];
  finishReason: FinishReason;
}

/** What the transcript tells of a chunk. */
export interface Chunk extends Span {
  /** The channel that it is of, from 1, where channels are heard each on its own. */
  channel?: number;
  language: string;
  /** Number of tokens that the model wrote. */
  tokens: number;
  finishReason: FinishReason;
}

/** A sentence, or what was said between two pauses. */
export interface Segment extends Span {
  id: number;
  /** The channel that it is of, from 1, where channels are heard each on its own. */
  channel?: number;
  text: string;
  language: string;
  /**
   * True when the times are not the aligner's: they follow from the decoder's attention, or from
   * pauses and the length of the text.
   */
  estimated: boolean;
  /** Mean log-probability of the tokens (natural logarithm). */
  avgLogprob: number;
  /** Whether the model was unsure: `avgLogprob` is below `lowConfidence`, or its own mark. */
  lowConfidence: boolean;
  /** The text token by token, where `logprobs` asked for it. */
  tokens?: TokenText[];
  /**
   * The words of the text in order, where `words` asked for them: in time they do not overlap, and
   * each ends after it starts. Joined, with the white space between them, they are `text`.
   */
  words?: Word[];
}

/** A segment below this mean log-probability is unsure, where its model has no mark of its own. */
export const lowConfidence = -1;

/** Tokens read and written. */
export interface Usage {
  inputTokens: number;
  /** Those of the input tokens that stand for sound; the others are the prompt. */
  audioTokens: number;
  outputTokens: number;
  totalTokens: number;
}

/** What was said in one recording: plain data, the same as the command line's `--json`. */
export interface Transcript {
  /** "" when there is no speech. */
  text: string;
  /** Names of the languages, forced or detected, each once in order, with commas; "" for none. */
  language: string;
  /**
   * Length of the recording in seconds, gaps in it included; with `end`, as far as it was heard.
   */
  duration: number;
  segments: Segment[];
  /** The parts that were decoded on their own. */
  chunks: Chunk[];
  usage: Usage;
  /** `eos` when every chunk ended by itself, else the first other reason. */
  finishReason: FinishReason;
  /** Whether text may be missing. */
  truncated: boolean;
  /**
   * What of the audio could not be heard, as where the file is damaged or ends early; `truncated`
   * is true then. Absent when all was heard.
   */
  warnings?: string[];
  /** What was found in the audio and dealt with, so that nothing is lost; absent when nothing. */
  notes?: string[];
  timings: Timings;
  /**
   * Real-time factor: processing time over the length of what was heard, gaps included; below 1 is
   * faster than real time.
   */
  rtf: number;
}
