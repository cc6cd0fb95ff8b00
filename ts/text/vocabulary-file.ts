import { byteAt, tokenBytes } from "./alphabet.ts";
import { ByteTextsWriter } from "./byte-texts.ts";
import { Vocabulary } from "./vocabulary.ts";

/** No published vocabulary comes near these; ids also index tables. */
const maxId = 2 ** 22;
export const maxTokens = 2 ** 19;

/**
 * The vocabulary that a JSON object of tokens and their ids holds. It is read byte by byte, in a
 * tenth of the time that objects of 150,000 names take. Undefined for whatever is not plainly such
 * an object: `vocabularyOf` says what is wrong with it.
 */
export function readVocabulary(json: Uint8Array): Vocabulary | undefined {
  const tokens = new ByteTextsWriter(json.length);
  const ids: number[] = [];
  let at = skipSpace(json, 0);
  if (json[at++] !== open) return undefined;
  do {
    at = skipSpace(json, at);
    if (json[at++] !== quote) return undefined;
    at = readToken(json, at, tokens);
    if (at < 0) return undefined;
    at = skipSpace(json, at);
    if (json[at++] !== colon) return undefined;
    at = skipSpace(json, at);
    const start = at;
    let id = 0;
    for (let digit = json[at]! - zero; digit >= 0 && digit <= 9; digit = json[++at]! - zero) {
      id = 10 * id + digit;
    }
    const isNumber = at > start && (json[start] !== zero || at === start + 1);
    if (!isNumber || id >= maxId || ids.length === maxTokens) return undefined;
    ids.push(id);
    at = skipSpace(json, at);
  } while (json[at++] === comma);
  if (json[at - 1] !== close || skipSpace(json, at) !== json.length) return undefined;
  try {
    return new Vocabulary(tokens.done(), ids);
  } catch {
    return undefined;
  }
}

const [open, close, quote, colon, comma, zero] = [0x7b, 0x7d, 0x22, 0x3a, 0x2c, 0x30];
const [backslash, slash, letterU] = [0x5c, 0x2f, 0x75];

function skipSpace(json: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = json[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

/** Reads a string from behind its first quote. Returns where it ends; -1 when it is no token. */
function readToken(json: Uint8Array, from: number, to: ByteTextsWriter): number {
  let at = from;
  for (;;) {
    const first = json[at]!;
    if (first === quote) {
      to.end();
      return at + 1;
    }
    if (first === backslash) {
      const escaped = json[at + 1]!;
      if (escaped === letterU) {
        const digits = String.fromCharCode(...json.subarray(at + 2, at + 6));
        const bytes = /^[0-9a-fA-F]{4}$/.test(digits)
          ? tokenBytes(String.fromCharCode(Number.parseInt(digits, 16)))
          : undefined;
        if (bytes === undefined) return -1;
        to.push(bytes[0]!);
        at += 6;
      } else if (escaped === quote || escaped === backslash || escaped === slash) {
        to.push(escaped);
        at += 2;
      } else {
        return -1;
      }
    } else {
      const byte = byteAt(json, at);
      if (byte < 0) return -1;
      to.push(byte);
      at += first < 0x80 ? 1 : 2;
    }
  }
}

/** The same from the object itself. Throws what `bad` makes for one that is no vocabulary. */
export function vocabularyOf(
  entries: Readonly<Record<string, unknown>>,
  bad: (why: string) => Error,
): Vocabulary {
  const all = Object.entries(entries);
  if (all.length === 0) throw bad("it holds no token");
  if (all.length > maxTokens) throw bad(`it has more than ${maxTokens} tokens`);
  const tokens = new ByteTextsWriter(all.reduce((sum, [token]) => sum + token.length, 0));
  const ids = new Int32Array(all.length);
  for (const [i, [token, id]] of all.entries()) {
    const name = JSON.stringify(token);
    if (!isId(id)) throw bad(`the id of ${name} is ${String(id)}`);
    const bytes = tokenBytes(token);
    if (bytes === undefined) throw bad(`token ${name} is not in the byte-level alphabet`);
    tokens.add(bytes);
    ids[i] = id;
  }
  try {
    return new Vocabulary(tokens.done(), ids);
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error));
  }
}

export function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < maxId;
}
