import { type AudioBlock, type AudioStream, sampleRate } from "../../audio/samples/recording.ts";
import { SampleQueue } from "../../audio/samples/sample-queue.ts";

/** A source that is so many seconds behind the clock, or less, gives audio as it comes to be. */
const maxLagSeconds = 1;

/**
 * Reads a stream while its audio is being decoded, so that a microphone is never kept waiting. The
 * stream is kept waiting only when `maxSeconds` are there unused.
 */
export class ReadAhead {
  readonly #blocks: AudioStream["blocks"];
  /** What is there unused, apart where there are gaps. */
  readonly #queues: [SampleQueue, ...SampleQueue[]] = [new SampleQueue()];
  readonly #maxSamples: number;
  readonly #signal: AbortSignal | undefined;
  #started: number | undefined;
  #received = 0;
  #ended = false;
  /** Wakes whoever waits for more samples, or for room. */
  #changed = Promise.withResolvers<void>();
  /** What ended the stream, where it did not end by itself. */
  failure: { error: unknown } | undefined;

  constructor(
    { blocks }: AudioStream,
    { maxSeconds, signal }: { maxSeconds: number; signal: AbortSignal | undefined },
  ) {
    this.#blocks = blocks;
    this.#maxSamples = maxSeconds * sampleRate;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onChange, { once: true });
    void this.#read();
  }

  /**
   * Waits for the next `step` samples; before a gap and at the end they may be fewer, and then come
   * none. When whoever asks is slower than the source, up to `max` at once. Throws the reason of an
   * abort.
   */
  async next(step: number, max: number): Promise<AudioBlock | undefined> {
    while (this.#first.length < step && this.#queues.length === 1 && !this.#ended) {
      this.#signal?.throwIfAborted();
      await this.#changed.promise;
    }
    this.#signal?.throwIfAborted();
    const block = this.#first.take(this.#isLate(step) ? Math.max(step, max) : step);
    if (this.#first.length === 0 && this.#queues.length > 1) this.#queues.shift();
    this.#onChange();
    return block.samples.length > 0 ? block : undefined;
  }

  /** Whether the stream is known to have ended, and all of it was taken. */
  get isOver(): boolean {
    return this.#ended && this.#length === 0;
  }

  /** Stops reading. */
  close(): void {
    this.#ended = true;
    this.#signal?.removeEventListener("abort", this.#onChange);
    this.#onChange();
    // A source that never gives its next block must not keep anyone waiting.
    this.#blocks.return().catch(() => undefined);
  }

  get #first(): SampleQueue {
    return this.#queues[0];
  }

  get #length(): number {
    return this.#queues.reduce((sum, { length }) => sum + length, 0);
  }

  /** Whether the source keeps to the clock and more than a step has gathered. */
  #isLate(step: number): boolean {
    const elapsed = (performance.now() - (this.#started ?? 0)) / 1000;
    const isRealTime = this.#received / sampleRate <= elapsed + maxLagSeconds;
    return isRealTime && this.#length >= 2 * step;
  }

  readonly #onChange = () => {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  };

  #push(block: AudioBlock): void {
    const last = this.#queues.at(-1);
    const isApart = last === undefined || last.isApart(block);
    const queue = isApart ? new SampleQueue() : last;
    queue.push(block);
    if (isApart) this.#queues.push(queue);
  }

  async #read(): Promise<void> {
    try {
      for await (const block of this.#blocks) {
        if (this.#ended) return;
        this.#started ??= performance.now();
        this.#received += block.samples.length;
        this.#push(block);
        this.#onChange();
        while (this.#length > this.#maxSamples && !this.#ended) await this.#changed.promise;
      }
    } catch (error) {
      if (!this.#ended) this.failure = { error };
    } finally {
      this.#ended = true;
      this.#onChange();
    }
  }
}
