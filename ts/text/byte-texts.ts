/**
 * Short texts as bytes, one after the other. A vocabulary has 150,000 of them: an object for each
 * would take a hundred times the memory, and most of a second to make.
 */
export interface ByteTexts {
  readonly bytes: Uint8Array;
  /** Where each text ends in `bytes`; the next one begins there, the first one at 0. */
  readonly ends: Int32Array;
}

/** Puts texts together, a byte at a time. */
export class ByteTextsWriter {
  readonly #bytes: Uint8Array;
  #ends = new Int32Array(1024);
  #count = 0;
  #length = 0;

  /** With room for so many bytes. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** How many texts there are. */
  get count(): number {
    return this.#count;
  }

  /** Adds a byte to the text that is not ended. */
  push(byte: number): void {
    this.#bytes[this.#length++] = byte;
  }

  /** Ends a text; the next byte is of another one. */
  end(): void {
    if (this.#count === this.#ends.length) {
      const grown = new Int32Array(2 * this.#count);
      grown.set(this.#ends);
      this.#ends = grown;
    }
    this.#ends[this.#count++] = this.#length;
  }

  /** Adds a whole text. */
  add(text: Uint8Array): void {
    this.#bytes.set(text, this.#length);
    this.#length += text.length;
    this.end();
  }

  /** What was put together; nothing may follow. */
  done(): ByteTexts {
    return {
      bytes: this.#bytes.subarray(0, this.#length),
      ends: this.#ends.subarray(0, this.#count),
    };
  }
}
