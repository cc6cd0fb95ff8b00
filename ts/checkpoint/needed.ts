/**
 * The first file that a checkpoint cannot be opened without and that is not there, besides its
 * weights. The vocabulary is two files, or one that has it all.
 */
export function missingName(has: (name: string) => boolean): string | undefined {
  const vocabulary = has("tokenizer.json") ? [] : ["vocab.json", "merges.txt"];
  return ["config.json", ...vocabulary, "tokenizer_config.json"].find((name) => !has(name));
}
