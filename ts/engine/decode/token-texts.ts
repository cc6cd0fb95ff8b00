import type { TokenText } from "../../contract/transcript.ts";

/**
 * The tokens of a stretch of their joined text, those at its ends as far as they lie in it. A token
 * that only began a character has no text of its own and goes with what comes after it.
 */
export function tokensBetween(tokens: readonly TokenText[], from: number, to: number): TokenText[] {
  let at = 0;
  return tokens.flatMap(({ text, logprob }) => {
    const part = text.slice(Math.max(0, from - at), Math.max(0, to - at));
    const isInside = part !== "" || (text === "" && at >= from && at < to);
    at += text.length;
    return isInside ? [{ text: part, logprob }] : [];
  });
}
