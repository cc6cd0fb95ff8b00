import type { Keyword } from "../contract/keywords.ts";
import type { Tokenizer } from "../text/tokenizer.ts";

/** Most tokens of keywords in a prompt: each is read once a chunk, and long lists are echoed. */
const maxKeywordTokens = 1000;

/**
 * The text of the system turn: the caller's prompt and, on a line of its own, the keywords joined
 * by ", ". Words of a weight below 0 are left out. A list of more than `limit` tokens is left out
 * as a whole, since a part would favour its words over the others: it only biases the choice of
 * tokens.
 */
export function systemText(
  tokenizer: Tokenizer,
  prompt: string,
  keywords: readonly Keyword[],
  limit: number = maxKeywordTokens,
): string {
  const wanted = keywords.filter(({ weight = 0 }) => weight >= 0).map(({ word }) => word);
  const list = wanted.join(", ");
  // A token has at least one byte and hardly ever more than 16: long lists need no counting.
  const fits = list.length <= 16 * limit && tokenizer.encodePlain(list).length <= limit;
  return [prompt, fits ? list : ""].filter((part) => part !== "").join("\n");
}
