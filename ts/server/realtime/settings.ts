import type { AudioFormat } from "./audio-format.ts";

/** How long a model listens before it writes, in OpenAI's words. */
export const delays = ["minimal", "low", "medium", "high", "xhigh"] as const;

/** How a turn becomes text. */
export interface TranscriptionSettings {
  /** As the client named it, which the session's model may have another name for. */
  readonly model: string;
  readonly language?: string;
  readonly languages?: readonly string[];
  readonly keywords?: readonly string[];
  readonly prompt?: string;
  readonly delay?: (typeof delays)[number];
}

/** A turn ends when nobody has spoken for a while. */
export interface ServerVad {
  readonly type: "server_vad";
  /** From 0 to 1: how far sound has to stand out to be speech. */
  readonly threshold: number;
  /** How much of what was before a turn belongs to it. */
  readonly prefix_padding_ms: number;
  readonly silence_duration_ms: number;
  /** After so long a silence it is committed as a turn of its own. */
  readonly idle_timeout_ms?: number;
}

/** How eager the server is to end a turn. */
export const eagernesses = ["low", "medium", "high", "auto"] as const;

/** The same with a length of silence that follows from how eager it is to be. */
export interface SemanticVad {
  readonly type: "semantic_vad";
  readonly eagerness: (typeof eagernesses)[number];
}

/** What a client may ask for besides the text. */
export const includes = {
  logprobs: "item.input_audio_transcription.logprobs",
  /** The text that may still change; an addition to OpenAI's events. */
  provisional: "item.input_audio_transcription.provisional",
  /** Sentences with their times, which OpenAI sends when it tells speakers apart. */
  segments: "item.input_audio_transcription.segments",
  /** Words with their times as they are settled; an addition to OpenAI's events. */
  words: "item.input_audio_transcription.words",
} as const;

export type Include = (typeof includes)[keyof typeof includes];

/** How a session hears. */
export interface SessionSettings {
  readonly format: AudioFormat;
  /** null: turns are committed and nothing is written. */
  readonly transcription: TranscriptionSettings | null;
  /** null: the client says where turns end. */
  readonly turnDetection: ServerVad | SemanticVad | null;
  readonly include: readonly Include[];
}

export const defaultServerVad: ServerVad = {
  type: "server_vad",
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
};

/** What holds until the client says otherwise. */
export function defaultSettings(model: string): SessionSettings {
  return {
    format: { type: "audio/pcm", rate: 24_000 },
    transcription: { model },
    turnDetection: defaultServerVad,
    include: [],
  };
}
