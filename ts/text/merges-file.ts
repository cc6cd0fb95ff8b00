import { byteAt, tokenBytes } from "./alphabet.ts";
import { type ByteTexts, ByteTextsWriter } from "./byte-texts.ts";

const maxMerges = 2 ** 19;
const byteOrderMark = [0xef, 0xbb, 0xbf];
const [lineFeed, carriageReturn, space] = [0x0a, 0x0d, 0x20];

/**
 * The merges of merges.txt, two texts for each: what is merged. Throws what `bad` makes for a line
 * that is none.
 */
export function readMerges(utf8: Uint8Array, bad: (why: string) => Error): ByteTexts {
  const texts = new ByteTextsWriter(utf8.length);
  const top = byteOrderMark.every((byte, i) => utf8[i] === byte) ? byteOrderMark.length : 0;
  let at = isVersion(utf8) ? lineEnd(utf8, 0) + 1 : top;
  for (let number = at === top ? 1 : 2; at < utf8.length; number++) {
    const end = lineEnd(utf8, at);
    const last = end > at && utf8[end - 1] === carriageReturn ? end - 1 : end;
    if (last > at && !readPair(utf8, at, last, texts)) {
      throw bad(`line ${number} is not a pair of tokens`);
    }
    if (texts.count > 2 * maxMerges) throw tooMany(bad);
    at = end + 1;
  }
  return texts.done();
}

/** Only a version line at the top is a comment: a merge may itself begin with "#". */
function isVersion(utf8: Uint8Array): boolean {
  const start = new TextDecoder().decode(utf8.subarray(0, 12));
  return start.startsWith("#version");
}

function lineEnd(utf8: Uint8Array, from: number): number {
  const end = utf8.indexOf(lineFeed, from);
  return end < 0 ? utf8.length : end;
}

/** Adds the two tokens from `from` to `end`, a space between them; false when there are none. */
function readPair(utf8: Uint8Array, from: number, end: number, to: ByteTextsWriter): boolean {
  let spaces = 0;
  let length = 0;
  for (let at = from; at < end; ) {
    const first = utf8[at]!;
    if (first === space) {
      if (length === 0 || ++spaces > 1) return false;
      to.end();
      length = 0;
      at++;
    } else {
      const byte = byteAt(utf8, at);
      if (byte < 0) return false;
      to.push(byte);
      length++;
      at += first < 0x80 ? 1 : 2;
    }
  }
  to.end();
  return spaces === 1 && length > 0;
}

/** The same from a list of pairs, or of pairs in a text with a space between them. */
export function mergesOf(list: readonly unknown[], bad: (why: string) => Error): ByteTexts {
  if (list.length > maxMerges) throw tooMany(bad);
  const pairs = list.map((merge, rank) => {
    const pair: readonly unknown[] = typeof merge === "string" ? merge.split(" ") : pairOf(merge);
    const [left, right] = pair.map((token) => (typeof token === "string" ? token : ""));
    if (pair.length === 2 && left && right) return [left, right] as const;
    throw bad(`merge ${rank + 1} is not a pair of tokens`);
  });
  const length = pairs.reduce((sum, [left, right]) => sum + left.length + right.length, 0);
  const texts = new ByteTextsWriter(length);
  for (const [rank, pair] of pairs.entries()) {
    for (const token of pair) {
      const bytes = tokenBytes(token);
      if (bytes === undefined) throw bad(`merge ${rank + 1} is not of the byte-level alphabet`);
      texts.add(bytes);
    }
  }
  return texts.done();
}

function pairOf(merge: unknown): readonly unknown[] {
  return Array.isArray(merge) ? merge : [];
}

function tooMany(bad: (why: string) => Error): Error {
  return bad(`it has more than ${maxMerges} merges`);
}
