import type { ByteTexts } from "./byte-texts.ts";

/** Tokens as the bytes that they stand for, found by id and by bytes. */
export class Vocabulary {
  readonly #bytes: Uint8Array;
  /** Where the bytes of a token begin and end, two numbers for each id; -1 for an id of none. */
  readonly #places: Int32Array;
  /** Id of a token, and 1 more, by a hash of its bytes: open addressing. */
  readonly #byHash: Int32Array;

  /** Where hashes begin. Not known beforehand: no file can have all of its tokens collide. */
  readonly #seed = (Math.random() * 2 ** 32) | 0;

  /** Working memory of `findJoined`. */
  #joined = new Uint8Array(64);

  /** `ids` of as many tokens. Throws `Error` where two are the same. */
  constructor(tokens: ByteTexts, ids: ArrayLike<number>) {
    const { bytes, ends } = tokens;
    let highest = -1;
    for (let i = 0; i < ends.length; i++) highest = Math.max(highest, ids[i]!);
    this.#bytes = bytes;
    const places = new Int32Array(2 * (highest + 1)).fill(-1);
    this.#places = places;
    this.#byHash = new Int32Array(2 ** Math.ceil(Math.log2(2 * ends.length + 1)));
    let start = 0;
    for (let i = 0; i < ends.length; i++) {
      const id = ids[i]!;
      const end = ends[i]!;
      if (places[2 * id] !== -1) throw new Error(`two tokens have the id ${id}`);
      places[2 * id] = start;
      places[2 * id + 1] = end;
      const slot = this.#search(bytes, start, end);
      if (this.#byHash[slot] !== 0) throw new Error(`the token of id ${id} stands twice`);
      this.#byHash[slot] = id + 1;
      start = end;
    }
  }

  /** One more than the highest id. */
  get size(): number {
    return this.#places.length / 2;
  }

  /** The bytes of a token; undefined for an id of none. */
  bytesOf(id: number): Uint8Array | undefined {
    const start = this.#places[2 * id] ?? -1;
    return start < 0 ? undefined : this.#bytes.subarray(start, this.#places[2 * id + 1]);
  }

  /** How many bytes a token has; 0 for an id of none. */
  lengthOf(id: number): number {
    return this.#places[2 * id + 1]! - this.#places[2 * id]!;
  }

  /** Whether the token `id` stands for `bytes` from `start` to `end`. */
  is(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#bytes;
    const first = this.#places[2 * id] ?? -1;
    if (first < 0 || this.#places[2 * id + 1]! - first !== end - start) return false;
    let i = start;
    while (i < end && own[first + i - start] === bytes[i]) i++;
    return i === end;
  }

  /** The id of the token that stands for `bytes` from `start` to `end`; -1 when there is none. */
  find(bytes: Uint8Array, start = 0, end = bytes.length): number {
    return this.#byHash[this.#search(bytes, start, end)]! - 1;
  }

  /** The id of the token whose bytes are those of two tokens together; -1 when there is none. */
  findJoined(left: number, right: number): number {
    const half = this.#append(left, 0);
    const end = this.#append(right, half);
    return this.find(this.#joined, 0, end);
  }

  /** Writes a token to `joined` at `from`; returns where it ends. */
  #append(id: number, from: number): number {
    const start = this.#places[2 * id]!;
    const end = this.#places[2 * id + 1]!;
    const length = from + end - start;
    if (length > this.#joined.length) {
      const grown = new Uint8Array(2 * length);
      grown.set(this.#joined);
      this.#joined = grown;
    }
    for (let i = start; i < end; i++) this.#joined[from + i - start] = this.#bytes[i]!;
    return length;
  }

  /** The place of a token in `byHash`, or the empty one where it would go. */
  #search(bytes: Uint8Array, start: number, end: number): number {
    const table = this.#byHash;
    const mask = table.length - 1;
    // FNV-1a, its high bits folded in.
    let hash = this.#seed;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const id = table[slot]! - 1;
      if (id < 0 || this.is(id, bytes, start, end)) return slot;
      slot = (slot + 1) & mask;
    }
  }
}
