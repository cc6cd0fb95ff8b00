import { type AudioBlock, type AudioStream, peakOf } from "../samples/recording.ts";
import { type AudioChunk, Chunker, type ChunkOptions } from "./chunker.ts";

/**
 * The chunks of a stream, in the order in which they begin; each channel is cut on its own where
 * they are heard so. Holds about a chunk of each channel at a time, however long one is silent.
 */
export class ChunkStream {
  readonly #blocks: AudioStream["blocks"];
  readonly #options: ChunkOptions;
  /** How far the recording was read, in samples. */
  heard = 0;
  /** The largest absolute sample that was read. */
  peak: number | undefined;

  constructor({ blocks }: AudioStream, options: ChunkOptions) {
    this.#blocks = blocks;
    this.#options = options;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<AudioChunk, void, undefined> {
    const chunker = new Chunker(this.#options);
    const channels = new ChannelChunkers(this.#options);
    try {
      for await (const block of this.#blocks) {
        this.heard = Math.max(this.heard, block.at + block.samples.length);
        if (block.samples.length > 0) {
          this.peak = Math.max(this.peak ?? 0, peakOf(block.samples));
        }
        const { channel } = block;
        yield* channel === undefined ? chunker.push(block) : channels.push({ ...block, channel });
      }
      yield* chunker.end();
      yield* channels.end();
    } finally {
      await this.#blocks.return();
    }
  }
}

/** Cuts each channel on its own, and gives their chunks in order. */
class ChannelChunkers {
  readonly #options: ChunkOptions;
  readonly #chunkers = new Map<number, Chunker>();
  /** Channels that have sound at the time that is being read. */
  readonly #present = new Set<number>();
  /** Chunks before which others may still begin. */
  #waiting: (AudioChunk & { channel: number })[] = [];

  constructor(options: ChunkOptions) {
    this.#options = options;
  }

  *push(block: AudioBlock & { channel: number }): Generator<AudioChunk, void, undefined> {
    const { channel } = block;
    // The lowest channel comes first: all others of the time before have come.
    if (channel === 1) yield* this.#inOrder();
    this.#present.add(channel);
    const chunker = this.#chunkers.get(channel) ?? new Chunker(this.#options);
    this.#chunkers.set(channel, chunker);
    this.#hold(chunker.push(block), channel);
  }

  *end(): Generator<AudioChunk, void, undefined> {
    this.#present.clear();
    yield* this.#inOrder();
  }

  #hold(chunks: Iterable<AudioChunk>, channel: number): void {
    for (const chunk of chunks) this.#waiting.push({ ...chunk, channel });
  }

  /** Gives the chunks before which no other one can begin any more. */
  *#inOrder(): Generator<AudioChunk, void, undefined> {
    for (const [channel, chunker] of this.#chunkers) {
      if (this.#present.has(channel)) continue;
      // Joined recordings may have different numbers of channels.
      this.#hold(chunker.end(), channel);
      this.#chunkers.delete(channel);
    }
    this.#present.clear();
    const next = Math.min(...[...this.#chunkers.values()].map((chunker) => chunker.next));
    const ready = this.#waiting.filter(({ start }) => start <= next);
    this.#waiting = this.#waiting.filter(({ start }) => start > next);
    yield* ready.sort((a, b) => a.start - b.start || a.channel - b.channel);
  }
}
