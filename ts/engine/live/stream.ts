// This folder: audio that is still coming, in segments that are decoded again while they grow.

import {
  type AudioBlock,
  type AudioStream,
  peakOf,
  sampleRate,
} from "../../audio/samples/recording.ts";
import type { AudioChunk } from "../../audio/speech/chunker.ts";
import { Endpointer } from "../../audio/speech/endpointer.ts";
import type { StreamEvent } from "../../contract/events.ts";
import { optionTable } from "../../contract/option-table.ts";
import type { Transcript, Word } from "../../contract/transcript.ts";
import { GrowingSegments } from "../../segments/segments.ts";
import { withoutPlace } from "../../segments/timed-words.ts";
import { transcriptOf } from "../assemble.ts";
import type { ChunkResult, DecodeContext } from "../decode/chunk.ts";
import type { Engine } from "../decode/engine.ts";
import type { RecordingOptions } from "../recording/options.ts";
import { TranscriptEvents } from "../transcript-events.ts";
import { openingFor, perform, tell, type Work, type WorkContext } from "../work.ts";
import { frameReach } from "./growing-prompt.ts";
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
  /** How many words of the open segment were told. */
  #wordsTold = 0;

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
    // Who can do without words asks again, and then needs all of the sound.
    await this.#options.words?.checkSource(openingFor(this.#context));
    const ahead = new ReadAhead(stream, { maxSeconds: maxWaitingSeconds, signal });
    const { stepSeconds = optionTable.stepSeconds.default, chunkSeconds } = this.#options;
    const step = Math.round(stepSeconds * sampleRate);
    const max = Math.round(chunkSeconds * sampleRate);
    try {
      await this.#options.words?.prepare(openingFor(this.#context), { isLive: true });
      for (let isEnd = false; !isEnd; ) {
        const block = await ahead.next(this.#missing(step), max);
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
      words: this.#options.words,
    });
  }

  /**
   * How many samples to wait for: until the open segment is whole steps long. Where steps divide
   * the encoder's windows, as 2 s do, a window is then whole as soon as it can be. It would have to
   * be encoded and fed once more, and so would seconds that were heard in part.
   */
  #missing(step: number): number {
    const { openLength } = this.#endpointer;
    if (openLength === 0) return step;
    const missing = step - ((openLength + step - frameReach) % step);
    // Less would hardly be new, and the whole segment is looked at for it.
    return missing < (2 / 3) * step ? missing + step : missing;
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
      const words = this.#keep(...(await this.#timed(audio, results)));
      this.#context.signal?.throwIfAborted();
      for (const [index, { chunk }] of results.entries()) {
        const told = index === 0 ? this.#wordsTold : 0;
        this.#events.final(chunk, words[index]?.slice(told));
      }
      this.#wordsTold = 0;
      this.#events.segments(this.#segments.take(Number.POSITIVE_INFINITY));
    }
  }

  /** The results with the times of their words; what fails then keeps them as they are. */
  async #timed(audio: AudioChunk, results: ChunkResult[]): Promise<ChunkResult[]> {
    const { words } = this.#options;
    const [first] = results;
    if (words === undefined || first === undefined) return results;
    // Whoever reads along need not wait for the times.
    this.#events.settled(first.chunk.text, first.chunk.tokenTexts);
    try {
      return await words.complete(audio, results, this.#party);
    } catch (error) {
      this.#keep(...results);
      throw error;
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
      this.#tellWords(this.#segment);
    }
    this.#events.partial(() => text);
  }

  /** Tells the words of the open segment that were not told yet, as they will stay. */
  #tellWords({ text, tokens: tokenTexts, words }: LiveSegment): void {
    const placed = this.#segments.words({ text, tokenTexts, words });
    this.#events.words(placed.slice(this.#wordsTold).map(withoutPlace));
    this.#wordsTold = placed.length;
  }

  /** Keeps what is settled of a segment that will not be finished. */
  #keepSettled(): void {
    const audio = this.#endpointer.open();
    if (this.#segment === undefined || audio === undefined || this.#segment.text === "") return;
    this.#keep(this.#segment.cancelled(audio));
  }

  /** Makes finished text a part of the transcript. Returns the words of each. */
  #keep(...results: ChunkResult[]): Word[][] {
    this.#results.push(...results);
    return results.map(({ chunk }) => this.#segments.add(chunk));
  }

  #newSegment(): LiveSegment {
    return new LiveSegment(this.#engine, this.#options.decode, this.#party);
  }

  get #party(): DecodeContext {
    return { party: this, isLive: true, name: this.#name, signal: this.#context.signal };
  }

  #takeSegment(): LiveSegment {
    const segment = this.#segment ?? this.#newSegment();
    this.#segment = undefined;
    return segment;
  }
}
