import type { Tokenizer } from "../text/tokenizer.ts";
import type { SpokenWord } from "./words/spoken-word.ts";

/** The added tokens that an aligner's prompt is made of. */
export const alignerTokens: readonly string[] = [
  "<|audio_start|>",
  "<|audio_pad|>",
  "<|audio_end|>",
  "<timestamp>",
];

/**
 * The token ids that an aligner reads: `audioTokens` embeddings, then the words, without spaces,
 * two slots behind each. There is no chat template.
 */
export function alignerPromptIds(
  tokenizer: Tokenizer,
  audioTokens: number,
  words: readonly SpokenWord[],
): Int32Array {
  const [begin, pad, end, slot] = alignerTokens.map((name) => tokenizer.specialId(name));
  const ids = [begin!];
  for (let count = 0; count < audioTokens; count++) ids.push(pad!);
  ids.push(end!);
  for (const { spoken } of words) ids.push(...tokenizer.encodePlain(spoken), slot!, slot!);
  return Int32Array.from(ids);
}
