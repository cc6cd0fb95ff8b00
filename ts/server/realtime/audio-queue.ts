import { sampleRate } from "../../audio/samples/recording.ts";
import { bytesOf } from "./audio-format.ts";

/** Bytes of a second of queued sound. */
const bytesPerSecond = 2 * sampleRate;

/** How much of a client's sound waits for the models, in all its turns. */
export class Backlog {
  #bytes = 0;
  readonly #maxBytes: number;
  /** Wakes who waits for room. */
  #changed = Promise.withResolvers<void>();

  constructor(maxSeconds: number) {
    this.#maxBytes = maxSeconds * bytesPerSecond;
  }

  /** Waits until less waits than may; who was let go is not kept waiting. */
  async room(signal: AbortSignal): Promise<void> {
    const wake = () => this.#changed.resolve();
    signal.addEventListener("abort", wake);
    while (this.#bytes >= this.#maxBytes && !signal.aborted) await this.#changed.promise;
    signal.removeEventListener("abort", wake);
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    if (bytes >= 0) return;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** The sound of a turn, as a stream that goes on until the turn is committed. */
export class AudioQueue {
  readonly #backlog: Backlog;
  #blocks: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;
  #isEnded = false;
  /** Wakes the reader. */
  #changed = Promise.withResolvers<void>();

  constructor(backlog: Backlog) {
    this.#backlog = backlog;
  }

  push(samples: Float32Array): void {
    if (this.#isEnded || samples.length === 0) return;
    const block = bytesOf(samples);
    this.#blocks.push(block);
    this.#count(block.length);
    this.#changed.resolve();
  }

  /** No more comes. */
  end(): void {
    this.#isEnded = true;
    this.#changed.resolve();
  }

  /** Nobody hears the rest. */
  discard(): void {
    this.#blocks = [];
    this.#count(-this.#bytes);
    this.end();
  }

  /** Everything that waits at once: a reader that comes late has much to catch up with. */
  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const [first, ...rest] = this.#blocks;
      if (first !== undefined) {
        this.#blocks = [];
        this.#count(-this.#bytes);
        yield rest.length === 0 ? first : Buffer.concat([first, ...rest]);
      } else if (this.#isEnded) {
        return;
      } else {
        await this.#changed.promise;
        this.#changed = Promise.withResolvers();
      }
    }
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#backlog.add(bytes);
  }
}
