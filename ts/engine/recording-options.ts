import type { ChunkOptions } from "../audio/chunks.ts";
import { steering } from "../guides/steering.ts";
import { type RecordingSettings, sessionOptions } from "../options.ts";
import { chunkOptions } from "./chunking.ts";
import type { DecodeOptions } from "./decode-chunk.ts";
import type { Engine } from "./engine.ts";

/** The settings of a recording, made ready for an engine. */
export interface RecordingOptions extends ChunkOptions {
  decode: DecodeOptions;
  /** Whether the transcript tells of each token. */
  logprobs: boolean;
}

/** Makes settings ready: names of languages, what steers decoding, where to cut. */
export function recordingOptions(
  { tokenizer, chunking }: Pick<Engine, "tokenizer" | "chunking">,
  settings: RecordingSettings,
): RecordingOptions {
  return {
    ...chunkOptions(chunking, settings),
    logprobs: settings.logprobs ?? false,
    decode: {
      steering: steering(tokenizer, settings),
      maxTokens: settings.maxTokens,
      session: sessionOptions(settings),
    },
  };
}
