import type { ChunkOptions } from "../audio/chunks.ts";
import { languageName } from "../languages.ts";
import { type RecordingSettings, sessionOptions } from "../options.ts";
import type { DecodeOptions } from "./decode-chunk.ts";

/** The settings of a recording, made ready for an engine. */
export interface RecordingOptions extends ChunkOptions {
  decode: DecodeOptions & {
    /** Whether a text is nothing but what the prompt said. */
    isEcho: (text: string) => boolean;
  };
}

/** Chunks of this length are decoded best and cheapest, where the model does not say otherwise. */
const defaultChunkSeconds = 30;

/** Makes settings ready: names of languages, what steers decoding, the text of the prompt. */
export function recordingOptions(settings: RecordingSettings): RecordingOptions {
  return {
    chunkSeconds: settings.chunkSeconds ?? defaultChunkSeconds,
    vad: settings.vad ?? false,
    decode: {
      language: languageName(settings.language),
      systemText: settings.prompt ?? "",
      maxTokens: settings.maxTokens,
      guide: () => undefined,
      session: sessionOptions(settings),
      isEcho: () => false,
    },
  };
}
