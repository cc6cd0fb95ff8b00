import type { Transcript } from "../../contract/transcript.ts";

/** Tokens read and written, as OpenAI's newer shapes tell them. */
export interface TokenUsage {
  type: "tokens";
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
  input_token_details: { audio_tokens: number; text_tokens: number };
}

export function tokenUsage({ usage }: Transcript): TokenUsage {
  const { inputTokens, audioTokens, outputTokens, totalTokens } = usage;
  return {
    type: "tokens",
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: totalTokens,
    input_token_details: { audio_tokens: audioTokens, text_tokens: inputTokens - audioTokens },
  };
}

/** The length of the recording, as OpenAI's older shapes tell it. */
export interface DurationUsage {
  type: "duration";
  seconds: number;
}

export function durationUsage({ duration }: Transcript): DurationUsage {
  return { type: "duration", seconds: duration };
}
