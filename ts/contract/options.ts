// This folder: what is spoken of everywhere: options, events, transcripts, languages, errors. It
// imports nothing but itself.

import type { Keyword } from "./keywords.ts";
import type { LanguageName } from "./language-names.ts";

// The options of every call, written by hand for who reads them in an editor. What the options are
// at run time (types, ranges, defaults, flags) is one row each in option-table.ts; the compiler
// compares the two.

/** How far a call is. */
export interface Progress {
  /** `download` and `load` of a model, `decode` of a recording. */
  phase: "download" | "load" | "decode";
  /** Bytes of a download, seconds of a recording or of the part of it that is heard. */
  done: number;
  /** The same unit; undefined while it is not known. */
  total: number | undefined;
  /** The file that is being fetched. */
  file?: string | undefined;
  /** What a person should hear of a download: a failure that is tried again, a token in danger. */
  note?: string | undefined;
}

/** What every call takes. */
export interface CallOptions {
  /**
   * Ends the work after the token, or the slice, that is being computed; the call then rejects with
   * the signal's reason.
   */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** How a checkpoint is opened. */
export interface ModelOptions {
  /**
   * `full` computes every activation in float32, so that rounding does not hide errors. `auto`
   * (default) is faster: processors multiply rounded activations where that changes little, Metal
   * computes in the checkpoint's type, which is bfloat16 in the published ones.
   */
  precision?: "auto" | "full" | undefined;
  /**
   * Threads that compute, in the whole process: all models share one pool, and the last one opened
   * decides. 1 to 1024, default: all cores that the process may use. No effect on Metal.
   */
  threads?: number | undefined;
  /**
   * Most bytes of freed buffers that are kept for reuse, in the whole process; the last model
   * opened decides. Default: a sixteenth of MLX's memory limit, about 1 GB on a machine of 16 GB.
   */
  bufferCacheBytes?: number | undefined;
}

/** How an engine is opened. */
export interface EngineOptions extends ModelOptions {
  /**
   * The forced aligner that finds word times for `words`: `aligner`, `aligner-bf16` …, `org/name`
   * of the hub, or a folder. It is opened at the first need. Default: `aligner`, fetched where
   * `words` is `"aligner"`, and taken by `"auto"` when it is on this machine already.
   */
  aligner?: string | undefined;
  /** Most chunks that are decoded together, 1 to 64. Default 8. */
  batch?: number | undefined;
}

/** Where models come from and lie, instead of what the environment says. */
export interface HubOptions {
  /** Folder of the cache. Default: `HF_HUB_CACHE`, else `HF_HOME`/hub. */
  cacheDir?: string | undefined;
  /** Takes only what is in the cache. Default: `HF_HUB_OFFLINE`. */
  offline?: boolean | undefined;
}

/** How a model is found and opened. */
export interface LoadOptions extends EngineOptions, HubOptions, CallOptions {}

/** How one recording is decoded. Every field is optional. */
export interface SessionOptions {
  /** Mel recipe: `exact` (default) as the checkpoints were trained, or `fft512`. */
  mel?: "exact" | "fft512" | undefined;
  /** 0 takes the likeliest token; above 0 samples. 0 to 100, default 0. */
  temperature?: number | undefined;
  /** Seed of the sampler. Default 0. */
  seed?: number | undefined;
  /** Above 1 makes tokens that were already chosen less likely. 0.01 to 100, default 1. */
  repetitionPenalty?: number | undefined;
  /** Forbids a second occurrence of any run of so many tokens. 0 to 1000, default 0: none. */
  noRepeatNgram?: number | undefined;
  /** Goes on after an end token, for measurements. */
  ignoreEos?: boolean | undefined;
}

/** Which channels of a recording are heard; see `RecordingSettings.channel`. */
export type ChannelChoice = "mix" | "left" | "right" | "each" | number;

/** What a recording is transcribed with: plain data. Every field is optional. */
export interface RecordingSettings extends Omit<SessionOptions, "ignoreEos"> {
  /**
   * Which audio track of a file is heard: its number, from 1, the code or name of its language, or
   * `default`: the one that the file says is, else the first. Default `default`. In a live stream a
   * track goes by its number.
   */
  audioTrack?: number | string | undefined;
  /**
   * Which of the channels are heard: `mix` (default) their mean, `left`, `right` or a number, from
   * 1, one of them, `each` every one on its own: the transcript tells who of them spoke.
   */
  channel?: ChannelChoice | undefined;
  /**
   * Longest recording that is taken, in seconds, of at least 1: a longer one is an error as soon as
   * it shows. A few kilobytes can become hours of sound. Default: any length.
   */
  maxSeconds?: number | undefined;
  /** Code or name of the language to write, as in `languages`. Default: the model detects it. */
  language?: string | undefined;
  /** Codes or names: the model detects one of these. */
  languages?: readonly string[] | undefined;
  /** Text that tells the model what to expect: names, terms, the topic. */
  prompt?: string | undefined;
  /** Words to listen for, with a weight where they need one; a negative weight avoids a word. */
  keywords?: readonly (string | Keyword)[] | undefined;
  /**
   * Where hearing begins, in seconds, of at least 0. Default 0. All times stay those of the whole
   * recording.
   */
  start?: number | undefined;
  /** Where hearing ends, in seconds from the start of the recording. Default: at its end. */
  end?: number | undefined;
  /** Most tokens to write for one chunk. Default: in proportion to its length. */
  maxTokens?: number | undefined;
  /**
   * Length of the chunks that a recording is cut into, in seconds, 1 to 1200. Default: as the
   * checkpoint says, else 30.
   */
  chunkSeconds?: number | undefined;
  /** Ends chunks at pauses of `pauseSeconds`, and leaves the silence out. Default false. */
  vad?: boolean | undefined;
  /**
   * Gives the words of the segments with their times: from the decoder's `attention`, in every
   * language and marked as estimated; by the forced `aligner`, a second model that knows eleven
   * languages; or `auto`: by the aligner where it is there and knows the language, else from
   * attention. Default: no words.
   */
  words?: "auto" | "attention" | "aligner" | undefined;
  /** Gives each token of the segments with its log-probability. Default false. */
  logprobs?: boolean | undefined;
  /**
   * Length of the pauses for `vad`, which it turns on, in seconds, 0.2 to 60. Default: as the
   * checkpoint says, else 2.
   */
  pauseSeconds?: number | undefined;
}

/** Options of one transcription. */
export interface TranscribeOptions extends RecordingSettings, CallOptions {}

/** What a given text is aligned with: as a transcription, with `words` of its own accord. */
export interface AlignSettings extends Omit<RecordingSettings, "logprobs"> {}

/** Options of one alignment. */
export interface AlignOptions extends AlignSettings, CallOptions {}

/** What a stream is transcribed with, besides. */
export interface StreamSettings extends RecordingSettings {
  /**
   * True hears the input as it comes, as from a microphone: text appears within `stepSeconds`,
   * first provisional, then stable. False decodes whole chunks, which costs less and is a little
   * more accurate. Default: true for streams, false for what is all there.
   */
  live?: boolean | undefined;
  /** How often a live stream is looked at, in seconds, 0.5 to 30. Default 2. */
  stepSeconds?: number | undefined;
}

/** Options of one streaming transcription. */
export interface StreamOptions extends StreamSettings, CallOptions {}

/** What a call names that opens its model itself. */
export interface ModelName {
  /** As for `Asr.load`. */
  model?: string | undefined;
}

/** Options of a transcription with a model that is opened for it. */
export interface OneCallOptions extends TranscribeOptions, LoadOptions, ModelName {}

/** Options of an alignment with a model that is opened for it. */
export interface OneAlignOptions extends AlignOptions, LoadOptions, ModelName {}

/** Options of a streaming transcription with a model that is opened for it. */
export interface OneStreamOptions extends StreamOptions, LoadOptions, ModelName {}

/** Settings after the checks, as the engine takes them: languages have the prompt's names. */
export interface CheckedSettings extends StreamSettings {
  language?: LanguageName | undefined;
  languages?: readonly LanguageName[] | undefined;
}
