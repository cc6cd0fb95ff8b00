import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Ids of the added tokens, by what they are called. */
export type AddedIds = Readonly<Record<string, number>>;

const letters = "abcdefghijklmnopqrstuvwxyz";

/** What stands in prompts; in the published vocabulary each is a token. */
const promptWords = ["system", "user", "assistant", "language", "ĠEnglish"];

/** Tokens by id, and the pairs that are merged to them. */
export interface Vocabulary {
  vocabulary: string[];
  merges: string[];
}

/**
 * A vocabulary in which every id below `words` is a byte or a made-up word with a blank before it,
 * so that what random weights write is text, of a token a word.
 */
export function madeUpVocabulary(words: number): Vocabulary {
  const vocabulary = bytes();
  const merges: string[] = [];
  const add = (stem: string, letter: string) => {
    vocabulary.push(stem + letter);
    merges.push(`${stem} ${letter}`);
  };
  for (const word of promptWords) {
    for (let end = 1; end < word.length; end++) add(word.slice(0, end), word[end]!);
  }
  // Words grow by a letter, so each is a merge of one that is there already.
  let stems = ["Ġ"];
  while (vocabulary.length < words) {
    const grown = stems.flatMap((stem) => Array.from(letters, (letter) => ({ stem, letter })));
    const room = words - vocabulary.length;
    for (const { stem, letter } of grown.slice(0, room)) add(stem, letter);
    stems = grown.map(({ stem, letter }) => stem + letter);
  }
  return { vocabulary, merges };
}

/** Writes a tokenizer with the made-up vocabulary. */
export async function writeTokenizer(
  folder: string,
  words: number,
  added: AddedIds,
): Promise<void> {
  const { vocabulary, merges } = madeUpVocabulary(words);
  const vocab = Object.fromEntries(vocabulary.map((token, id) => [token, id]));
  const decoder = Object.entries(added).map(([content, id]) => [
    id,
    { content, special: content !== "<asr_text>" },
  ]);
  const config = { add_prefix_space: false, added_tokens_decoder: Object.fromEntries(decoder) };
  await writeFile(join(folder, "vocab.json"), JSON.stringify(vocab));
  await writeFile(join(folder, "merges.txt"), `#version: 0.2\n${merges.join("\n")}\n`);
  await writeFile(join(folder, "tokenizer_config.json"), JSON.stringify(config, null, 2));
}

/** The characters that stand for bytes in a vocabulary: printable ones for themselves. */
function bytes(): string[] {
  const isPrintable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let spare = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(isPrintable(byte) ? byte : spare++),
  );
}
