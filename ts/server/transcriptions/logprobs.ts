import type { TokenText } from "../../contract/transcript.ts";

/** A token with its log-probability, as OpenAI tells it. */
export interface TokenLogprob {
  token: string;
  /** Of the token's text in UTF-8. */
  bytes: number[];
  logprob: number;
}

export function logprobsOf(tokens: readonly TokenText[]): TokenLogprob[] {
  return tokens.map(({ text, logprob }) => ({
    token: text,
    bytes: [...Buffer.from(text)],
    logprob,
  }));
}
