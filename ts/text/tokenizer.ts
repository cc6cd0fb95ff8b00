// This folder: text to token ids and back, the prompt, and texts that are joined.

import { AsrError } from "../contract/errors.ts";
import { MergeTable } from "./bpe.ts";
import { readTokenizerFiles, type TokenizerFiles } from "./tokenizer-files.ts";

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
  readonly #merges = new MergeTable();
  readonly #bytes = new Map<number, Uint8Array>();
  readonly #addedIds = new Map<string, number>();
  readonly #added = new Set<number>();
  readonly #specialIds = new Set<number>();
  readonly #addedPattern: RegExp | undefined;
  readonly #cache = new Map<string, readonly number[]>();

  constructor(files: TokenizerFiles) {
    this.#addedFile = `${files.name}/${files.from.added}`;
    this.#byteIds = byteIds(files);
    for (const [token, id] of files.vocab) this.#bytes.set(id, tokenBytes(token, files));
    const made = new Set<number>();
    for (const [rank, [left, right]] of files.merges.entries()) {
      const ids = [left, right, left + right].map((token) => files.vocab.get(token));
      const [leftId, rightId, id] = ids;
      if (leftId === undefined || rightId === undefined || id === undefined) {
        const why = `merge ${rank + 1} (${left} ${right}) uses a token that the vocabulary lacks`;
        throw broken(files, "merges", why);
      }
      this.#merges.add(leftId, rightId, rank, id);
      made.add(id);
    }
    checkReachable(files, made);
    for (const { id, content, special } of files.added) {
      this.#addedIds.set(content, id);
      this.#added.add(id);
      this.#bytes.set(id, new TextEncoder().encode(content));
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
    let highest = -1;
    for (const id of this.#bytes.keys()) highest = Math.max(highest, id);
    return highest + 1;
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
    return this.#bytes.get(id);
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

/**
 * GPT-2's printable stand-in for each byte: itself when printable, else a character from U+0100 on.
 */
const byteCharacters: readonly string[] = (() => {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let spare = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(printable(byte) ? byte : spare++),
  );
})();

const characterBytes = new Map(byteCharacters.map((character, byte) => [character, byte]));

function byteIds(files: TokenizerFiles): Int32Array {
  return Int32Array.from(byteCharacters, (character, byte) => {
    const id = files.vocab.get(character);
    if (id !== undefined) return id;
    throw broken(files, "vocab", `it has no token for byte ${byte} (${character})`);
  });
}

function tokenBytes(token: string, files: TokenizerFiles): Uint8Array {
  return Uint8Array.from(token, (character) => {
    const byte = characterBytes.get(character);
    if (byte !== undefined) return byte;
    const why = `token ${JSON.stringify(token)} is not in the byte-level alphabet`;
    throw broken(files, "vocab", why);
  });
}

/**
 * Every token but the single bytes is made by a merge. Without the list, or with a part of it, text
 * would become other tokens than the model was trained on.
 */
function checkReachable(files: TokenizerFiles, made: ReadonlySet<number>): void {
  const added = new Set(files.added.map(({ content }) => content));
  const lost: string[] = [];
  for (const [token, id] of files.vocab) {
    if (token.length > 1 && !made.has(id) && !added.has(token)) lost.push(token);
  }
  if (lost.length === 0) return;
  const others = lost.length > 1 ? ` and ${lost.length - 1} other tokens` : "";
  throw broken(files, "merges", `none makes ${JSON.stringify(lost[0])}${others}: the list is cut`);
}

function broken({ name, from }: TokenizerFiles, part: "vocab" | "merges", why: string): AsrError {
  return new AsrError("model", `${name}/${from[part]}: ${why}`, "fetch the checkpoint again");
}

/** Matches any of the texts, the longest first, in one group. */
function alternatives(texts: Iterable<string>): RegExp | undefined {
  const longestFirst = [...texts].sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return undefined;
  return new RegExp(`(${longestFirst.map((text) => RegExp.escape(text)).join("|")})`, "u");
}
