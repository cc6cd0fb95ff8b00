import { Chunker } from "../../audio/chunker.ts";
import { type AudioStream, sampleRate } from "../../audio/recording.ts";
import type { DecodedChunk, Transcript } from "../../contract/transcript.ts";
import type { ChunkResult, Listener } from "../decode/chunk.ts";
import { decodeCarefully } from "../decode/fallback.ts";
import type { Engine } from "../engine.ts";
import { failure } from "../failure.ts";
import { transcriptOf } from "./assemble.ts";
import type { RecordingOptions } from "./options.ts";

/** Told while a recording is transcribed. Everything comes in the order of the recording. */
export interface RecordingListener {
  /** Seconds of audio that are done; `duration` is undefined while it is not known. */
  onProgress?: ((done: number, duration: number | undefined) => void) | undefined;
  /** The text of the first unfinished chunk so far; it may still change. */
  onPartial?: ((text: string) => void) | undefined;
  /** A chunk that will not change any more. */
  onChunk?: ((chunk: DecodedChunk) => void) | undefined;
}

/**
 * Transcribes a recording of any length, several chunks at a time. What fails half-way, an abort
 * included, throws with the transcript of the finished chunks as `partial`.
 */
export async function transcribeRecording(
  engine: Engine,
  open: () => Promise<AudioStream>,
  options: RecordingOptions,
  signal: AbortSignal | undefined,
  listener: RecordingListener = {},
): Promise<Transcript> {
  using _use = engine.use();
  const work = new Work(engine, options, signal, listener);
  try {
    signal?.throwIfAborted();
    await work.run(await open());
    if (signal?.aborted) throw signal.reason;
    return work.transcript();
  } catch (error) {
    await work.settled();
    throw failure(error, work.transcript(), signal);
  }
}

class Work {
  readonly #engine: Engine;
  readonly #options: RecordingOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #listener: RecordingListener;
  readonly #started = performance.now();
  readonly #running = new Set<Promise<void>>();
  /** Results by chunk; undefined while it is being decoded. */
  readonly #results: (ChunkResult[] | undefined)[] = [];
  /** Chunks that were told to the listener. */
  #told = 0;
  #failure: { error: unknown } | undefined;
  #audioMs = 0;
  #name = "";
  #complaints: AudioStream["complaints"];
  /** What is known of the length: the header's word, and at the end the truth. */
  #duration: number | undefined;
  #chunks: Chunker | undefined;
  /** The seconds that the listener was told last. */
  #done = 0;

  constructor(
    engine: Engine,
    options: RecordingOptions,
    signal: AbortSignal | undefined,
    listener: RecordingListener,
  ) {
    this.#engine = engine;
    this.#options = options;
    this.#signal = signal;
    this.#listener = listener;
  }

  async run(stream: AudioStream): Promise<void> {
    this.#name = stream.name;
    this.#duration = stream.duration;
    this.#complaints = stream.complaints;
    this.#progress(0);
    const chunks = new Chunker(stream, this.#options);
    this.#chunks = chunks;
    let stop = this.#timeAudio();
    for await (const chunk of chunks) {
      stop();
      const index = this.#results.push(undefined) - 1;
      const listener = this.#listenerOf(index);
      this.#follow(index, decodeCarefully(this.#engine, chunk, this.#options.decode, listener));
      // The next chunk is cut while these are decoded; more would only fill the memory.
      while (this.#running.size >= this.#engine.width) await Promise.race(this.#running);
      this.#check();
      stop = this.#timeAudio();
    }
    stop();
    this.#duration = chunks.heard / sampleRate;
    await this.settled();
    this.#check();
    // Silence at the end is in no chunk.
    if (this.#done !== this.#duration) this.#progress(this.#duration);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  transcript(): Transcript {
    const results = this.#results.flatMap((result) => result ?? []);
    return transcriptOf(results, {
      duration: this.#duration ?? (this.#chunks?.heard ?? 0) / sampleRate,
      audioMs: this.#audioMs,
      totalMs: performance.now() - this.#started,
      complaints: this.#complaints,
      logprobs: this.#options.logprobs,
    });
  }

  /** Counts the time that audio takes, while nothing is being decoded, until this is called. */
  #timeAudio(): () => void {
    if (this.#running.size > 0) return () => undefined;
    const since = performance.now();
    return () => {
      this.#audioMs += performance.now() - since;
    };
  }

  #listenerOf(index: number): Listener {
    const { onPartial } = this.#listener;
    const tell = (text: string) => {
      if (index === this.#told && text !== "") onPartial?.(text);
    };
    return {
      party: this,
      name: this.#name,
      signal: this.#signal,
      // Without a listener the text so far is not even put together.
      onText: onPartial && tell,
    };
  }

  /** Keeps the results of a chunk that is being decoded. */
  #follow(index: number, work: Promise<ChunkResult[]>): void {
    const task = work.then(
      (result) => {
        this.#results[index] = result;
        this.#tell();
      },
      (error: unknown) => {
        this.#failure ??= { error };
      },
    );
    this.#running.add(task);
    task.finally(() => this.#running.delete(task));
  }

  /** Tells of the chunks that are finished as far as nothing before them is missing. */
  #tell(): void {
    for (;;) {
      const result = this.#results[this.#told];
      if (result === undefined) return;
      this.#told++;
      for (const { chunk } of result) this.#listener.onChunk?.(chunk);
      this.#progress(result.at(-1)?.chunk.end ?? 0);
    }
  }

  #progress(done: number): void {
    this.#done = done;
    this.#listener.onProgress?.(done, this.#duration);
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#signal?.throwIfAborted();
  }
}
