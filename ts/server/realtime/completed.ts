import { languageCode } from "../../contract/languages.ts";
import type { Transcript } from "../../contract/transcript.ts";
import type { Completed, LogProb } from "./server-events.ts";

/** The event that tells the whole text of a turn. */
export function completedOf(transcript: Transcript, hasLogprobs: boolean): Completed {
  const { text, language, usage, truncated, finishReason, warnings } = transcript;
  return {
    transcript: text,
    languages: language
      .split(",")
      .flatMap((name) => languageCode(name) ?? [])
      .map((code) => ({ code })),
    ...(hasLogprobs ? { logprobs: logprobsOf(transcript) } : {}),
    usage: {
      type: "tokens",
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      total_tokens: usage.totalTokens,
    },
    ...(truncated ? { truncated, finish_reason: finishReason } : {}),
    ...(warnings === undefined ? {} : { warnings }),
  };
}

function logprobsOf({ segments }: Transcript): LogProb[] {
  return segments.flatMap(({ tokens = [] }) =>
    tokens.map(({ text, logprob }) => ({
      token: text,
      bytes: [...new TextEncoder().encode(text)],
      logprob,
    })),
  );
}
