// This folder: text to token ids and back, the prompt, and texts that are joined.

import { AsrError } from "../contract/errors.ts";
import { byteCharacters, tokenBytes, tokenText } from "./alphabet.ts";
import { MergeTable } from "./bpe.ts";
import { readTokenizerFiles, type TokenizerFiles } from "./tokenizer-files.ts";
import type { Vocabulary } from "./vocabulary.ts";

/**
 * How Qwen2 cuts text into words. White space is Unicode's property, as in the official engine:
 * JavaScript's `\s` takes U+FEFF in and leaves U+0085 out. U+017F is the one other letter that
 * folds to `s`.
 */
const wordPattern =
  /'(?:[sSſtTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*|\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/**
 * A word of ordinary text is looked up again and again in a vocabulary of 150,000: keep what was
 * merged.
 */
const cachedWords = 4096;

/**
 * Text to token ids and back: the byte-level BPE of Qwen2, from a checkpoint's own files.
 *
 * @example
 * const tokenizer = await Tokenizer.load("models/demo");
 * const ids = tokenizer.encode("Turn on the light.");
 * console.log(ids, tokenizer.decode(ids));
 */
export class Tokenizer {
  readonly #addedFile: string;
  readonly #byteIds: Int32Array;
  readonly #vocab: Vocabulary;
  readonly #merges: MergeTable;
  readonly #addedIds = new Map<string, number>();
  /** What added tokens stand for, by their ids. */
  readonly #added = new Map<number, Uint8Array>();
  readonly #specialIds = new Set<number>();
  readonly #addedPattern: RegExp | undefined;
  readonly #cache = new Map<string, readonly number[]>();

  constructor(files: TokenizerFiles) {
    this.#addedFile = `${files.name}/${files.from.added}`;
    this.#byteIds = byteIds(files);
    this.#vocab = files.vocab;
    this.#merges = mergeTable(files);
    for (const { id, content, special } of files.added) {
      this.#addedIds.set(content, id);
      this.#added.set(id, new TextEncoder().encode(content));
      if (special) this.#specialIds.add(id);
    }
    this.#addedPattern = alternatives(this.#addedIds.keys());
  }

  /** Reads the tokenizer of a checkpoint folder. */
  static async load(folder: string): Promise<Tokenizer> {
    return new Tokenizer(await readTokenizerFiles(folder));
  }

  /** One more than the highest id. */
  get size(): number {
    let size = this.#vocab.size;
    for (const id of this.#added.keys()) size = Math.max(size, id + 1);
    return size;
  }

  /** The id of an added token such as `<|im_start|>`; a checkpoint that lacks it cannot be used. */
  specialId(content: string): number {
    const id = this.#addedIds.get(content);
    if (id !== undefined) return id;
    const message = `${this.#addedFile}: the token ${content} is missing`;
    throw new AsrError("model", message, "use a Qwen3-ASR checkpoint");
  }

  /** Text to ids; added tokens written in the text become their ids. */
  encode(text: string): number[] {
    if (this.#addedPattern === undefined) return this.encodePlain(text);
    const ids: number[] = [];
    // The pattern has one group, so the odd pieces are the added tokens.
    for (const [index, piece] of text.split(this.#addedPattern).entries()) {
      if (index % 2 === 1) ids.push(this.#addedIds.get(piece)!);
      else if (piece !== "") for (const id of this.encodePlain(piece)) ids.push(id);
    }
    return ids;
  }

  /** Text to ids, where added tokens are text like any other. */
  encodePlain(text: string): number[] {
    const ids: number[] = [];
    for (const [word] of text.normalize("NFC").matchAll(wordPattern)) {
      for (const id of this.#encodeWord(word)) ids.push(id);
    }
    return ids;
  }

  /**
   * Ids to text. Special tokens are left out unless `special` is set; broken UTF-8 becomes U+FFFD.
   */
  decode(ids: Iterable<number>, { special = false } = {}): string {
    const decoder = new TokenDecoder(this, special);
    let text = "";
    for (const id of ids) text += decoder.push(id);
    return text + decoder.end();
  }

  /** The bytes that a token stands for; undefined for an id of no token. */
  bytesOf(id: number): Uint8Array | undefined {
    return this.#added.get(id) ?? this.#vocab.bytesOf(id);
  }

  /** Whether this is an added token, such as `<|im_start|>` or `<asr_text>`, and no text. */
  isAdded(id: number): boolean {
    return this.#added.has(id);
  }

  /** Whether decoded text leaves this token out. */
  isSpecial(id: number): boolean {
    return this.#specialIds.has(id);
  }

  #encodeWord(word: string): readonly number[] {
    const known = this.#cache.get(word);
    if (known !== undefined) return known;
    const bytes = new TextEncoder().encode(word);
    const ids = this.#merges.apply(Array.from(bytes, (byte) => this.#byteIds[byte]!));
    if (this.#cache.size >= cachedWords) this.#cache.clear();
    if (word.length <= 64) this.#cache.set(word, ids);
    return ids;
  }
}

/**
 * Decodes ids one at a time; the bytes of an unfinished character wait for the next token.
 *
 * @example
 * const tokenizer = await Tokenizer.load("models/demo");
 * const decoder = new TokenDecoder(tokenizer);
 * for (const id of tokenizer.encode("🎉")) console.log(JSON.stringify(decoder.push(id)));
 */
export class TokenDecoder {
  readonly #tokenizer: Tokenizer;
  readonly #special: boolean;
  // A byte order mark inside a transcript is a character like any other.
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

  constructor(tokenizer: Tokenizer, special = false) {
    this.#tokenizer = tokenizer;
    this.#special = special;
  }

  /** The text that this token completes, maybe "". */
  push(id: number): string {
    if (!this.#special && this.#tokenizer.isSpecial(id)) return "";
    const bytes = this.#tokenizer.bytesOf(id);
    return bytes === undefined ? "" : this.#utf8.decode(bytes, { stream: true });
  }

  /** What is left: U+FFFD when the last character was never finished. */
  end(): string {
    return this.#utf8.decode();
  }
}

function byteIds({ vocab, ...files }: TokenizerFiles): Int32Array {
  return Int32Array.from(byteCharacters, (character, byte) => {
    const id = vocab.find(Uint8Array.of(byte));
    if (id >= 0) return id;
    throw broken(files, "vocab", `it has no token for byte ${byte} (${character})`);
  });
}

/**
 * The rules, each of which makes a token of two. Every token but the single bytes must be made by
 * one: without the list, or with a part of it, text would become other tokens than the model was
 * trained on.
 */
function mergeTable({ vocab, merges, added, ...files }: TokenizerFiles): MergeTable {
  const { bytes, ends } = merges;
  const count = ends.length / 2;
  const table = new MergeTable(vocab);
  let start = 0;
  let next = 0;
  for (let rank = 0; rank < count; rank++) {
    const middle = ends[2 * rank]!;
    const end = ends[2 * rank + 1]!;
    const left = vocab.find(bytes, start, middle);
    const right = vocab.find(bytes, middle, end);
    // Most vocabularies number tokens in the order of their rules: this is quicker than a search.
    const id = vocab.is(next, bytes, start, end) ? next : vocab.find(bytes, start, end);
    if (left < 0 || right < 0 || id < 0) {
      const pair = [bytes.subarray(start, middle), bytes.subarray(middle, end)].map(tokenText);
      const why = `merge ${rank + 1} (${pair.join(" ")}) uses a token that the vocabulary lacks`;
      throw broken(files, "merges", why);
    }
    table.add(left, rank, id);
    next = id + 1;
    start = end;
  }
  const names = added.map(({ content }) => tokenBytes(content));
  const ids = new Set(names.map((bytes) => (bytes === undefined ? -1 : vocab.find(bytes))));
  const lost: number[] = [];
  for (let id = 0; id < vocab.size; id++) {
    if (!table.makes(id) && vocab.lengthOf(id) > 1 && !ids.has(id)) lost.push(id);
  }
  if (lost.length === 0) return table;
  const first = JSON.stringify(tokenText(vocab.bytesOf(lost[0]!)!));
  const others = lost.length > 1 ? ` and ${lost.length - 1} other tokens` : "";
  throw broken(files, "merges", `none makes ${first}${others}: the list is cut`);
}

function broken(
  { name, from }: Pick<TokenizerFiles, "name" | "from">,
  part: "vocab" | "merges",
  why: string,
): AsrError {
  return new AsrError("model", `${name}/${from[part]}: ${why}`, "fetch the checkpoint again");
}

/** Matches any of the texts, the longest first, in one group. */
function alternatives(texts: Iterable<string>): RegExp | undefined {
  const longestFirst = [...texts].sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return undefined;
  return new RegExp(`(${longestFirst.map((text) => RegExp.escape(text)).join("|")})`, "u");
}
