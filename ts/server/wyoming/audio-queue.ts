/** Audio on its way from a connection to whoever hears it, who may be slower. */
export class AudioQueue implements AsyncIterable<Uint8Array> {
  readonly #onRoom: () => void;
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  #isEnded = false;
  #changed = Promise.withResolvers<void>();

  /** `onRoom` is called when the queue was full and is not any more. */
  constructor(onRoom: () => void) {
    this.#onRoom = onRoom;
  }

  /** Whether no more should come until there is room. */
  get isFull(): boolean {
    return this.#length >= maxLength && !this.#isEnded;
  }

  push(part: Uint8Array): void {
    if (this.#isEnded || part.length === 0) return;
    this.#parts.push(part);
    this.#length += part.length;
    this.#wake();
  }

  /** No more comes; what is there will still be given. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      while (this.#parts.length === 0 && !this.#isEnded) await this.#changed.promise;
      const part = this.#parts.shift();
      if (part === undefined) return;
      const wasFull = this.isFull;
      this.#length -= part.length;
      if (wasFull && !this.isFull) this.#onRoom();
      yield part;
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

/** Half a minute of 16-bit samples at 16 kHz. */
const maxLength = 1 << 20;
