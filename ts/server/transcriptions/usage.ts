import type { Transcript } from "../../contract/transcript.ts";

/** Tokens read and written, as OpenAI's newer shapes tell them. */
export interface TokenUsage {
  type: "tokens";
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
}

export function tokenUsage({ usage }: Transcript): TokenUsage {
  return {
    type: "tokens",
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
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
