// This folder: audio that is still coming, in segments that are decoded again while they grow.

import {
  type AudioBlock,
  type AudioStream,
  peakOf,
  sampleRate,
} from "../../audio/samples/recording.ts";
import { Endpointer } from "../../audio/speech/endpointer.ts";
import type { StreamEvent } from "../../contract/events.ts";
import { optionTable } from "../../contract/option-table.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { GrowingSegments } from "../../segments/segments.ts";
import { transcriptOf } from "../assemble.ts";
import type { ChunkResult } from "../decode/chunk.ts";
import type { Engine } from "../decode/engine.ts";
import type { RecordingOptions } from "../recording/options.ts";
import { TranscriptEvents } from "../transcript-events.ts";
import { perform, tell, type Work, type WorkContext } from "../work.ts";
import { LiveSegment } from "./live-segment.ts";
import { ReadAhead } from "./read-ahead.ts";

/** How a live stream is heard. */
export interface LiveOptions extends RecordingOptions {
  /** How often the text is brought up to date, in seconds of audio. Default 2. */
  stepSeconds?: number | undefined;
}

/** This much audio may wait until a slow decoder comes to it, in seconds. */
const maxWaitingSeconds = 60;

/**
 * Transcribes audio while it comes. The work for each second of audio does not grow with the
 * stream: only its open segment is decoded again, see `LiveSegment`, and segments are of a bounded
 * length, see `Endpointer`. What fails half-way throws with the transcript of what was heard as
 * `partial`.
 */
export function streamLive(
  engine: Engine,
  open: () => Promise<AudioStream>,
  options: LiveOptions,
  context: WorkContext = {},
): AsyncGenerator<StreamEvent, undefined, undefined> {
  const events = new TranscriptEvents(options);
  const live = new Live(engine, options, context, events);
  return events.read(() => perform(engine, live, open, context.signal));
}

class Live implements Work {
  readonly #engine: Engine;
  readonly #options: LiveOptions;
  readonly #context: WorkContext;
  readonly #events: TranscriptEvents;
  readonly #endpointer: Endpointer;
  readonly #started = performance.now();
  readonly #results: ChunkResult[] = [];
  readonly #segments: GrowingSegments;
  #segment: LiveSegment | undefined;
  #name = "";
  #remarks: AudioStream["remarks"] | undefined;
  /** The largest absolute sample so far. */
  #peak: number | undefined;
  /** How far the recording was heard, in samples. */
  #heard = 0;

  constructor(
    engine: Engine,
    options: LiveOptions,
    context: WorkContext,
    events: TranscriptEvents,
  ) {
    this.#engine = engine;
    this.#options = options;
    this.#context = context;
    this.#events = events;
    this.#endpointer = new Endpointer(options);
    this.#segments = new GrowingSegments(options);
  }

  async run(stream: AudioStream): Promise<void> {
    this.#name = stream.name;
    this.#remarks = stream.remarks;
    const { signal } = this.#context;
    const ahead = new ReadAhead(stream, { maxSeconds: maxWaitingSeconds, signal });
    const { stepSeconds = optionTable.stepSeconds.default, chunkSeconds } = this.#options;
    const step = Math.round(stepSeconds * sampleRate);
    const max = Math.round(chunkSeconds * sampleRate);
    try {
      for (let isEnd = false; !isEnd; ) {
        const block = await ahead.next(step, max);
        // The last step is that to the end; a step before it would keep its reader waiting.
        isEnd = block === undefined || ahead.isOver;
        if (block !== undefined) await this.#take(block);
        if (!(await this.#finishSegments(isEnd))) await this.#step();
        signal?.throwIfAborted();
        tell(this.#context, this.#options.range, this.#heard / sampleRate, stream.duration);
      }
      if (ahead.failure !== undefined) throw ahead.failure.error;
    } catch (error) {
      this.#keepSettled();
      throw error;
    } finally {
      ahead.close();
      this.#segment?.[Symbol.dispose]();
    }
  }

  transcript(): Transcript {
    const { start } = this.#options.range;
    return transcriptOf(this.#results, {
      duration: Math.max(start, this.#heard / sampleRate),
      start,
      // Waiting for a microphone is no work.
      audioMs: 0,
      totalMs: performance.now() - this.#started,
      remarks: this.#remarks,
      peak: this.#peak,
      segments: this.#segments.all(),
    });
  }

  async #take(block: AudioBlock): Promise<void> {
    if (this.#endpointer.isApart(block)) await this.#finishSegments(true);
    this.#endpointer.push(block);
    if (block.samples.length > 0) this.#peak = Math.max(this.#peak ?? 0, peakOf(block.samples));
    this.#heard = block.at + block.samples.length;
  }

  /** Decodes the segments that end by now to their ends. Returns whether there were any. */
  async #finishSegments(isEnd: boolean): Promise<boolean> {
    let any = false;
    for (;;) {
      const audio = this.#endpointer.cut({ isEnd, isStuck: this.#segment?.isStuck });
      if (audio === undefined) return any;
      any = true;
      using segment = this.#takeSegment();
      const results = await segment.finish(audio);
      this.#keep(...results);
      this.#context.signal?.throwIfAborted();
      for (const { chunk } of results) this.#events.final(chunk);
      this.#events.segments(this.#segments.take(Number.POSITIVE_INFINITY));
    }
  }

  /** Tells the text of the open segment as it is by now. */
  async #step(): Promise<void> {
    const audio = this.#endpointer.open();
    if (audio === undefined) return;
    this.#segment ??= this.#newSegment();
    const before = this.#segment.text;
    const text = await this.#segment.step(audio);
    this.#context.signal?.throwIfAborted();
    if (this.#segment.text !== before) {
      this.#endpointer.settle();
      this.#events.settled(this.#segment.text, this.#segment.tokens);
    }
    this.#events.partial(() => text);
  }

  /** Keeps what is settled of a segment that will not be finished. */
  #keepSettled(): void {
    const audio = this.#endpointer.open();
    if (this.#segment === undefined || audio === undefined || this.#segment.text === "") return;
    this.#keep(this.#segment.cancelled(audio));
  }

  /** Makes finished text a part of the transcript. */
  #keep(...results: ChunkResult[]): void {
    this.#results.push(...results);
    for (const { chunk } of results) this.#segments.add(chunk);
  }

  #newSegment(): LiveSegment {
    const { signal } = this.#context;
    const context = { party: this, isLive: true, name: this.#name, signal };
    return new LiveSegment(this.#engine, this.#options.decode, context);
  }

  #takeSegment(): LiveSegment {
    const segment = this.#segment ?? this.#newSegment();
    this.#segment = undefined;
    return segment;
  }
}
