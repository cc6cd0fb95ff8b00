import { inTime } from "../../concurrency/in-time.ts";
import { AsrError } from "../../contract/errors.ts";

/**
 * How long a decoder is waited for. It is hundreds of times faster than real time: when nothing
 * comes for `maxMs`, or in all it takes that much longer than its sound lasts, it hangs. What the
 * listener does meanwhile does not count.
 */
export class Patience {
  readonly #maxMs: number;
  readonly #name: string;
  #waitedMs = 0;

  constructor(maxMs: number, name: string) {
    this.#maxMs = maxMs;
    this.#name = name;
  }

  /** Waits for a read, when so many seconds of sound have come. Throws AsrError `input`. */
  async of<T>(read: Promise<T>, seconds: number): Promise<T> {
    if (this.#maxMs === Number.POSITIVE_INFINITY) return await read;
    const left = this.#maxMs + Math.max(0, seconds) * 1000 - this.#waitedMs;
    const ms = Math.max(0, Math.min(this.#maxMs, left));
    const started = performance.now();
    try {
      return await inTime(read, ms, () => this.#hangs(ms));
    } finally {
      this.#waitedMs += performance.now() - started;
    }
  }

  #hangs(ms: number): AsrError {
    const why =
      ms === this.#maxMs ? `gave nothing for ${ms / 1000} s` : "takes longer than the sound lasts";
    return new AsrError("input", `${this.#name}: cannot be decoded: ffmpeg ${why}`);
  }
}
