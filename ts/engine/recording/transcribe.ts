// This folder: audio that is all there, cut into chunks, several decoded at a time.

import { type AudioStream, sampleRate } from "../../audio/samples/recording.ts";
import { ChunkStream } from "../../audio/speech/chunk-stream.ts";
import type { AudioChunk } from "../../audio/speech/chunker.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { GrowingSegments } from "../../segments/segments.ts";
import { transcriptOf } from "../assemble.ts";
import type { ChunkResult } from "../decode/chunk.ts";
import type { Engine } from "../decode/engine.ts";
import { decodeWithFallback } from "../decode/fallback.ts";
import type { Hypothesis } from "../decode/hypothesis.ts";
import { TranscriptEvents } from "../transcript-events.ts";
import { openingFor, perform, tell, type Work, type WorkContext } from "../work.ts";
import type { RecordingOptions } from "./options.ts";

/**
 * Transcribes a recording of any length, several chunks at a time. What fails half-way, an abort
 * included, throws with the transcript of the finished chunks as `partial`.
 */
export async function transcribeRecording(
  engine: Engine,
  open: () => Promise<AudioStream>,
  options: RecordingOptions,
  context: WorkContext = {},
): Promise<Transcript> {
  return await perform(engine, new Recording(engine, options, context), open, context.signal);
}

/** The same with the text as it is written, in the order of the recording. */
export function streamRecording(
  engine: Engine,
  open: () => Promise<AudioStream>,
  options: RecordingOptions,
  context: WorkContext = {},
): AsyncGenerator<StreamEvent, undefined, undefined> {
  const events = new TranscriptEvents(options);
  const recording = new Recording(engine, options, context, events);
  return events.read(() => perform(engine, recording, open, context.signal));
}

/** So many times as many chunks as are decoded at once may be there, the others with an aligner. */
const maxAhead = 2;

class Recording implements Work {
  readonly #engine: Engine;
  readonly #options: RecordingOptions;
  readonly #context: WorkContext;
  readonly #events: TranscriptEvents | undefined;
  readonly #started = performance.now();
  /** Chunks that are not finished. */
  readonly #running = new Set<Promise<void>>();
  /** Those of them that are being decoded; the others wait for the aligner, one by one. */
  readonly #decoding = new Set<Promise<void>>();
  /** Results by chunk; undefined while it is being decoded. */
  readonly #results: (ChunkResult[] | undefined)[] = [];
  /** Where each chunk begins, in seconds. */
  readonly #starts: number[] = [];
  readonly #segments: GrowingSegments;
  /** Chunks before which nothing is missing. */
  #finished = 0;
  /** Whether the last of them was cut short. */
  #isCut = false;
  #failure: { error: unknown } | undefined;
  #audioMs = 0;
  #name = "";
  #stream: AudioStream | undefined;
  /** How far the recording reaches, in seconds; known at its end. */
  #duration: number | undefined;
  #chunks: ChunkStream | undefined;
  /** Place of the last progress, in seconds. */
  #done = 0;

  constructor(
    engine: Engine,
    options: RecordingOptions,
    context: WorkContext,
    events?: TranscriptEvents,
  ) {
    this.#engine = engine;
    this.#options = options;
    this.#context = context;
    this.#events = events;
    this.#segments = new GrowingSegments(options);
  }

  async run(stream: AudioStream): Promise<void> {
    this.#name = stream.name;
    this.#stream = stream;
    await this.#options.words?.prepare(openingFor(this.#context));
    this.#progress(this.#options.range.start);
    this.#chunks = new ChunkStream(stream, this.#options);
    try {
      await this.#decodeAll(this.#chunks);
    } finally {
      await Promise.all(this.#running);
    }
    this.#check();
    this.#events?.segments(this.#segments.take(Number.POSITIVE_INFINITY));
    // Silence at the end is in no chunk.
    if (this.#done !== this.#duration) this.#progress(this.#duration ?? 0);
  }

  transcript(): Transcript {
    // What lies behind a gap would read as if nothing were missing.
    const results = this.#results.slice(0, this.#finished).flatMap((result) => result ?? []);
    const { start, end } = this.#options.range;
    const heard = this.#stream?.duration ?? (this.#chunks?.heard ?? 0) / sampleRate;
    return transcriptOf(results, {
      duration: this.#duration ?? Math.min(heard, end),
      start,
      audioMs: this.#audioMs,
      totalMs: performance.now() - this.#started,
      remarks: this.#stream?.remarks,
      peak: this.#chunks?.peak,
      segments: this.#segments.all(),
      words: this.#options.words,
    });
  }

  async #decodeAll(chunks: ChunkStream): Promise<void> {
    let stop = this.#timeAudio();
    for await (const chunk of chunks) {
      stop();
      this.#start(chunk);
      // The next chunk is cut while these are decoded; more would only fill the memory.
      while (this.#isFull) await Promise.race([...this.#running, ...this.#decoding]);
      this.#check();
      stop = this.#timeAudio();
    }
    stop();
    this.#duration = Math.max(this.#options.range.start, chunks.heard / sampleRate);
  }

  get #isFull(): boolean {
    const { maxBatch } = this.#engine;
    return this.#decoding.size >= maxBatch || this.#running.size >= maxAhead * maxBatch;
  }

  /** Counts the time that audio takes, while nothing is being decoded, until this is called. */
  #timeAudio(): () => void {
    if (this.#running.size > 0) return () => undefined;
    const since = performance.now();
    return () => {
      this.#audioMs += performance.now() - since;
    };
  }

  #start(chunk: AudioChunk): void {
    const index = this.#results.length;
    this.#results.push(undefined);
    this.#starts.push(chunk.start);
    const { promise: decoding, resolve: onDecoded } = Promise.withResolvers<void>();
    const task = this.#decode(chunk, index, onDecoded)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(onDecoded);
    included(task, this.#running);
    included(decoding, this.#decoding);
  }

  async #decode(chunk: AudioChunk, index: number, onDecoded: () => void): Promise<void> {
    const { channel } = chunk;
    const context = {
      party: this,
      name: this.#name,
      signal: this.#context.signal,
      onToken: (hypothesis: Hypothesis) => {
        if (index !== this.#finished) return;
        this.#events?.partial(() => hypothesis.shown || undefined, channel);
      },
    };
    const { decode, words } = this.#options;
    const results = await decodeWithFallback(this.#engine, chunk, decode, context);
    onDecoded();
    let timed = results;
    try {
      timed = (await words?.complete(chunk, results, context)) ?? results;
    } finally {
      // Whatever becomes of the times, the text is there.
      this.#results[index] = timed.map((result) => ofChannel(result, channel));
      this.#finish();
    }
  }

  /**
   * Tells the chunks that are decoded as far as nothing before them is missing: an abort cuts all
   * that are being decoded, of which the first is the last one told.
   */
  #finish(): void {
    while (!this.#isCut) {
      const result = this.#results[this.#finished];
      if (result === undefined) return;
      const start = this.#starts[this.#finished]!;
      this.#finished++;
      this.#isCut = result.some(({ chunk }) => chunk.finishReason === "cancelled");
      for (const { chunk } of result) {
        // Also where nobody reads events.
        const words = this.#segments.add(chunk);
        this.#events?.final(chunk, words);
      }
      this.#events?.segments(this.#segments.take(this.#starts[this.#finished] ?? start));
      // A chunk of another channel may end before the one that began before it.
      this.#progress(Math.max(this.#done, result.at(-1)?.chunk.end ?? 0));
    }
  }

  /** Tells that the work is done up to a place in the recording, in seconds. */
  #progress(place: number): void {
    this.#done = place;
    const { duration, guessedDuration } = this.#stream ?? {};
    const length = this.#duration ?? duration ?? guessedDuration;
    tell(this.#context, this.#options.range, place, length);
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#context.signal?.throwIfAborted();
  }
}

function ofChannel(result: ChunkResult, channel: number | undefined): ChunkResult {
  return channel === undefined ? result : { ...result, chunk: { ...result.chunk, channel } };
}

/** Keeps a promise in a set until it is fulfilled. */
function included(promise: Promise<void>, set: Set<Promise<void>>): void {
  set.add(promise);
  promise.finally(() => set.delete(promise));
}
