import type { ChunkOptions } from "../audio/chunks.ts";
import { combine } from "../guides/combine.ts";
import { echoesContext } from "../guides/echo.ts";
import { keywordGuide } from "../guides/keyword-guide.ts";
import { languageGuide } from "../guides/language-guide.ts";
import { systemText } from "../guides/system-text.ts";
import { languageName, languageNames } from "../languages.ts";
import { type RecordingSettings, sessionOptions } from "../options.ts";
import type { DecodeOptions } from "./decode-chunk.ts";
import type { Engine } from "./engine.ts";

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
export function recordingOptions(engine: Engine, settings: RecordingSettings): RecordingOptions {
  return {
    chunkSeconds: settings.chunkSeconds ?? defaultChunkSeconds,
    vad: settings.vad ?? false,
    decode: {
      language: languageName(settings.language),
      systemText: "",
      maxTokens: settings.maxTokens,
      guide: () => undefined,
      session: sessionOptions(settings),
      isEcho: () => false,
    },
  };
}
