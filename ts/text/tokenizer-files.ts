import { join } from "node:path";
import { type Json, objectOf } from "../checkpoint/json-file.ts";
import { AsrError, messageOf } from "../contract/errors.ts";
import { checkComputed, mergesOf, vocabularyOf } from "./tokenizer-json.ts";

/** An added token: text that is one token whatever stands around it. */
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
  /** The files that each part came from. */
  from: { vocab: string; merges: string; added: string };
  vocab: ReadonlyMap<string, number>;
  /** Pairs, the first first. */
  merges: readonly (readonly [string, string])[];
  added: readonly AddedToken[];
}

/** No published vocabulary comes near these; ids also index tables. */
const maxId = 2 ** 22;
const maxTokens = 2 ** 19;

/** Bytes that are read of each file; the published ones have a third of it. */
const maxBytes: Readonly<Record<string, number>> = {
  "tokenizer.json": 32_000_000,
  "vocab.json": 16_000_000,
  "merges.txt": 16_000_000,
  "tokenizer_config.json": 1_000_000,
};

/**
 * Reads vocab.json, merges.txt and tokenizer_config.json of a checkpoint folder, or what of these
 * is not there from tokenizer.json, which transformers 5 writes alone.
 */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const config = await readObject(folder, "tokenizer_config.json");
  if (config["add_prefix_space"] === true) {
    throw broken(folder, "tokenizer_config.json", "add_prefix_space is true");
  }
  const isSplit = await Promise.all(
    ["vocab.json", "merges.txt"].map((name) => isThere(folder, name)),
  );
  const hasWhole = await isThere(folder, "tokenizer.json");
  const inWhole = (part: string) => `tokenizer.json: ${part}`;
  if (isSplit.every(Boolean) || !hasWhole) {
    const decoder = config["added_tokens_decoder"];
    const isListed = decoder !== undefined || !hasWhole;
    return {
      name: folder,
      from: {
        vocab: "vocab.json",
        merges: "merges.txt",
        added: isListed ? "tokenizer_config.json" : "tokenizer.json",
      },
      vocab: parseVocab(await readObject(folder, "vocab.json"), folder, "vocab.json"),
      merges: parseMerges(await readText(folder, "merges.txt"), folder),
      added: isListed
        ? parseDecoder(decoder, folder)
        : parseAdded(await readObject(folder, "tokenizer.json"), folder),
    };
  }
  const whole = await readObject(folder, "tokenizer.json");
  const bad = (why: string) => broken(folder, "tokenizer.json", why);
  checkComputed(whole, bad);
  return {
    name: folder,
    from: {
      vocab: inWhole("model.vocab"),
      merges: inWhole("model.merges"),
      added: "tokenizer.json",
    },
    vocab: parseVocab(vocabularyOf(whole, bad), folder, "tokenizer.json"),
    merges: limited(mergesOf(whole, bad), bad),
    added: parseAdded(whole, folder),
  };
}

async function isThere(folder: string, name: string): Promise<boolean> {
  return await Bun.file(join(folder, name)).exists();
}

async function readText(folder: string, name: string): Promise<string> {
  const file = Bun.file(join(folder, name));
  const max = maxBytes[name]!;
  try {
    if (file.size > max) {
      throw new Error(`${file.size} bytes are too long for this file; at most ${max} are read`);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.bytes());
  } catch (error) {
    throw broken(folder, name, (await file.exists()) ? messageOf(error) : "the file is missing");
  }
}

async function readObject(folder: string, name: string): Promise<Json> {
  const text = await readText(folder, name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw broken(folder, name, messageOf(error));
  }
  const object = objectOf(value);
  if (object === undefined) throw broken(folder, name, "it is not a JSON object");
  return object;
}

function parseVocab(entries: Json, folder: string, file: string): Map<string, number> {
  const vocab = new Map<string, number>();
  const seen = new Set<number>();
  for (const [token, id] of Object.entries(entries)) {
    const bad = (why: string) => broken(folder, file, why);
    if (!isId(id)) throw bad(`the id of ${JSON.stringify(token)} is ${String(id)}`);
    if (seen.has(id)) throw bad(`two tokens have the id ${id}`);
    if (vocab.size === maxTokens) throw bad(`it has more than ${maxTokens} tokens`);
    seen.add(id);
    vocab.set(token, id);
  }
  if (vocab.size === 0) throw broken(folder, file, "it holds no token");
  return vocab;
}

function parseMerges(text: string, folder: string): [string, string][] {
  const bad = (why: string) => broken(folder, "merges.txt", why);
  const merges: [string, string][] = [];
  let at = 0;
  for (let number = 1; at < text.length; number++) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end < 0 ? text.length : end);
    at += line.length + 1;
    // Only a version line at the top is a comment: a merge may itself begin with "#".
    if (number === 1 && line.startsWith("#version")) continue;
    const pair = line.replace(/\r$/, "");
    if (pair === "") continue;
    const [left, right, ...rest] = pair.split(" ");
    if (!left || !right || rest.length > 0) throw bad(`line ${number} is not a pair of tokens`);
    merges.push([left, right]);
    limited(merges, bad);
  }
  return merges;
}

function limited<T>(merges: T[], bad: (why: string) => Error): T[] {
  if (merges.length > maxTokens) throw bad(`it has more than ${maxTokens} merges`);
  return merges;
}

/** `added_tokens_decoder`: tokens by their ids. */
function parseDecoder(decoder: unknown, folder: string): AddedToken[] {
  const bad = (why: string) => broken(folder, "tokenizer_config.json", why);
  const entries = objectOf(decoder);
  if (entries === undefined) throw bad("added_tokens_decoder is missing");
  return Object.entries(entries).map(([key, entry]) => addedToken(key, Number(key), entry, bad));
}

/** `added_tokens`: a list of tokens with their ids. */
function parseAdded({ added_tokens: entries }: Json, folder: string): AddedToken[] {
  const bad = (why: string) => broken(folder, "tokenizer.json", why);
  if (!Array.isArray(entries)) throw bad("added_tokens is missing");
  return entries.map((entry) => {
    const id = objectOf(entry)?.["id"];
    return addedToken(String(id), id, entry, bad);
  });
}

function addedToken(
  key: string,
  id: unknown,
  entry: unknown,
  bad: (why: string) => Error,
): AddedToken {
  const fields = objectOf(entry);
  if (fields === undefined || !isId(id)) throw bad(`added token ${key} is not valid`);
  const { content, special, lstrip, rstrip, single_word: singleWord } = fields;
  if (typeof content !== "string" || content === "") throw bad(`added token ${key} has no content`);
  if (lstrip === true || rstrip === true || singleWord === true) {
    throw bad(`added token ${key} uses lstrip, rstrip or single_word`);
  }
  return { id, content, special: special === true };
}

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < maxId;
}

function broken(folder: string, name: string, why: string): AsrError {
  const hint = "fetch the checkpoint again, or point --model at another folder";
  return new AsrError("model", `${join(folder, name)}: cannot be used: ${why}`, hint);
}
