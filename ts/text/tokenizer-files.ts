import { join } from "node:path";
import { AsrError, messageOf } from "../contract/errors.ts";

/** An entry of `added_tokens_decoder`: text that is one token whatever stands around it. */
export interface AddedToken {
  id: number;
  content: string;
  /** Special tokens are left out of decoded text. */
  special: boolean;
}

/** The tokenizer of a checkpoint folder as its files say it. */
export interface TokenizerFiles {
  /** Name used in messages: the folder. */
  name: string;
  vocab: ReadonlyMap<string, number>;
  /** Pairs in the order of merges.txt. */
  merges: readonly (readonly [string, string])[];
  added: readonly AddedToken[];
}

/** No published vocabulary comes near this; ids also index tables, so an absurd one is refused. */
const idLimit = 2 ** 22;
const byteLimit = 64 * 2 ** 20;

/** Reads vocab.json, merges.txt and tokenizer_config.json of a checkpoint folder. */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const [vocab, merges, config] = await Promise.all([
    readText(folder, "vocab.json"),
    readText(folder, "merges.txt"),
    readText(folder, "tokenizer_config.json"),
  ]);
  return {
    name: folder,
    vocab: parseVocab(vocab, join(folder, "vocab.json")),
    merges: parseMerges(merges, join(folder, "merges.txt")),
    added: parseAdded(config, join(folder, "tokenizer_config.json")),
  };
}

async function readText(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const file = Bun.file(path);
  try {
    if (file.size > byteLimit) throw new Error(`${file.size} bytes is too long for this file`);
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.bytes());
  } catch (error) {
    throw broken(path, (await file.exists()) ? messageOf(error) : "the file is missing");
  }
}

function parseVocab(text: string, path: string): Map<string, number> {
  const vocab = new Map<string, number>();
  const seen = new Set<number>();
  for (const [token, id] of Object.entries(parseObject(text, path))) {
    if (!isId(id)) throw broken(path, `the id of ${JSON.stringify(token)} is ${String(id)}`);
    if (seen.has(id)) throw broken(path, `two tokens have the id ${id}`);
    seen.add(id);
    vocab.set(token, id);
  }
  if (vocab.size === 0) throw broken(path, "it holds no token");
  return vocab;
}

function parseMerges(text: string, path: string): [string, string][] {
  const merges: [string, string][] = [];
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    // Only a version line at the top is a comment: a merge may itself begin with "#".
    if (index === 0 && line.startsWith("#version")) continue;
    const pair = line.replace(/\r$/, "");
    if (pair === "") continue;
    const [left, right, ...rest] = pair.split(" ");
    if (!left || !right || rest.length > 0) {
      throw broken(path, `line ${index + 1} is not a pair of tokens`);
    }
    merges.push([left, right]);
  }
  return merges;
}

function parseAdded(text: string, path: string): AddedToken[] {
  const entries = parseObject(text, path)["added_tokens_decoder"];
  if (!isObject(entries)) throw broken(path, "added_tokens_decoder is missing");
  return Object.entries(entries).map(([key, entry]) => {
    const id = Number(key);
    if (!isObject(entry) || !isId(id)) throw broken(path, `added token ${key} is not valid`);
    const { content, special, lstrip, rstrip, single_word: singleWord } = entry;
    if (typeof content !== "string" || content === "") {
      throw broken(path, `added token ${key} has no content`);
    }
    if (lstrip === true || rstrip === true || singleWord === true) {
      throw broken(path, `added token ${key} uses lstrip, rstrip or single_word`);
    }
    return { id, content, special: special === true };
  });
}

function parseObject(text: string, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw broken(path, messageOf(error));
  }
  if (!isObject(value)) throw broken(path, "it is not a JSON object");
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < idLimit;
}

function broken(path: string, why: string): AsrError {
  const hint = "fetch the checkpoint again, or point --model at another folder";
  return new AsrError("model", `${path}: cannot be used: ${why}`, hint);
}
