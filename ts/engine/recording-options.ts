import type { ChunkOptions } from "../audio/chunks.ts";
import { steering } from "../guides/steering.ts";
import { type RecordingSettings, sessionOptions } from "../options.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { DecodeOptions } from "./decode-chunk.ts";

/** The settings of a recording, made ready for an engine. */
export interface RecordingOptions extends ChunkOptions {
  decode: DecodeOptions;
}

/** Chunks of this length are decoded best and cheapest, where the model does not say otherwise. */
const defaultChunkSeconds = 30;

/** Makes settings ready: names of languages, what steers decoding, the text of the prompt. */
export function recordingOptions(
  tokenizer: Tokenizer,
  settings: RecordingSettings,
): RecordingOptions {
  return {
    chunkSeconds: settings.chunkSeconds ?? defaultChunkSeconds,
    vad: settings.vad ?? false,
    decode: {
      steering: steering(tokenizer, settings),
      maxTokens: settings.maxTokens,
      session: sessionOptions(settings),
    },
  };
}
