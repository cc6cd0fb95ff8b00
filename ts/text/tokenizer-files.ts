import { join } from "node:path";
import { type Json, objectOf } from "../checkpoint/json-file.ts";
import { AsrError, messageOf } from "../contract/errors.ts";
import type { ByteTexts } from "./byte-texts.ts";
import { mergesOf, readMerges } from "./merges-file.ts";
import { checkComputed, mergeListOf, vocabularyEntriesOf } from "./tokenizer-json.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { isId, readVocabulary, vocabularyOf } from "./vocabulary-file.ts";

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
  vocab: Vocabulary;
  /** Two texts for each merge, the first merge first. */
  merges: ByteTexts;
  added: readonly AddedToken[];
}

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
      vocab: await vocabularyFrom(folder, "vocab.json"),
      merges: await mergesFrom(folder, "merges.txt"),
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
    vocab: vocabularyOf(vocabularyEntriesOf(whole, bad), bad),
    merges: mergesOf(mergeListOf(whole, bad), bad),
    added: parseAdded(whole, folder),
  };
}

async function isThere(folder: string, name: string): Promise<boolean> {
  return await Bun.file(join(folder, name)).exists();
}

async function readBytes(folder: string, name: string): Promise<Uint8Array> {
  const file = Bun.file(join(folder, name));
  const max = maxBytes[name]!;
  try {
    if (file.size > max) {
      throw new Error(`${file.size} bytes are too long for this file; at most ${max} are read`);
    }
    return await file.bytes();
  } catch (error) {
    throw broken(folder, name, (await file.exists()) ? messageOf(error) : "the file is missing");
  }
}

async function readObject(folder: string, name: string): Promise<Json> {
  return parseObject(await readBytes(folder, name), folder, name);
}

function parseObject(utf8: Uint8Array, folder: string, name: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(utf8));
  } catch (error) {
    throw broken(folder, name, messageOf(error));
  }
  const object = objectOf(value);
  if (object === undefined) throw broken(folder, name, "it is not a JSON object");
  return object;
}

async function vocabularyFrom(folder: string, name: string): Promise<Vocabulary> {
  const json = await readBytes(folder, name);
  const bad = (why: string) => broken(folder, name, why);
  return readVocabulary(json) ?? vocabularyOf(parseObject(json, folder, name), bad);
}

async function mergesFrom(folder: string, name: string): Promise<ByteTexts> {
  return readMerges(await readBytes(folder, name), (why) => broken(folder, name, why));
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

function broken(folder: string, name: string, why: string): AsrError {
  const hint = "fetch the checkpoint again, or point --model at another folder";
  return new AsrError("model", `${join(folder, name)}: cannot be used: ${why}`, hint);
}
