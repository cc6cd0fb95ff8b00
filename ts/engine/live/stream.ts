import { SectionCutter } from "../../audio/endpointer.ts";
import { type AudioStream, sampleRate } from "../../audio/recording.ts";
import type { StreamEvent } from "../../contract/events.ts";
import { optionTable } from "../../contract/option-table.ts";
import type { Transcript } from "../../contract/transcript.ts";
import type { ChunkResult } from "../decode/chunk.ts";
import type { Engine } from "../engine.ts";
import { failure } from "../failure.ts";
import { Publisher } from "../publisher.ts";
import { transcriptOf } from "../recording/assemble.ts";
import type { RecordingOptions } from "../recording/options.ts";
import { streamEvents } from "../stream-events.ts";
import { Section } from "./live-segment.ts";
import { ReadAhead } from "./read-ahead.ts";

/** How a live stream is heard. */
export interface LiveOptions extends RecordingOptions {
  /** How often the text is brought up to date, in seconds of audio. Default 2. */
  stepSeconds?: number | undefined;
}

/** This much audio may wait until a slow decoder comes to it, in seconds. */
const mostWaiting = 60;

/**
 * Transcribes audio while it comes. The work for each second of audio does not grow with the
 * stream: only its open section is decoded again, see `Section`, and sections are of a bounded
 * length, see `SectionCutter`. What fails half-way throws with the transcript of what was heard as
 * `partial`.
 */
export function streamLive(
  engine: Engine,
  open: () => Promise<AudioStream>,
  options: LiveOptions,
  signal: AbortSignal | undefined,
  onProgress: (done: number, total: number | undefined) => void,
): AsyncGenerator<StreamEvent, undefined, undefined> {
  return streamEvents(async (tell) => {
    using _use = engine.use();
    const live = new Live(engine, options, signal, { tell, onProgress });
    try {
      signal?.throwIfAborted();
      await live.run(await open());
      return live.transcript();
    } catch (error) {
      throw failure(error, live.transcript(), signal);
    }
  });
}

interface LiveListener {
  tell: (event: StreamEvent) => void;
  onProgress: (done: number, total: number | undefined) => void;
}

class Live {
  readonly #engine: Engine;
  readonly #options: LiveOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: LiveListener["onProgress"];
  readonly #publisher: Publisher;
  readonly #cutter: SectionCutter;
  readonly #started = performance.now();
  readonly #results: ChunkResult[] = [];
  #section: Section | undefined;
  #name = "";
  /** Samples so far. */
  #heard = 0;

  constructor(
    engine: Engine,
    options: LiveOptions,
    signal: AbortSignal | undefined,
    { tell, onProgress }: LiveListener,
  ) {
    this.#engine = engine;
    this.#options = options;
    this.#signal = signal;
    this.#onProgress = onProgress;
    this.#publisher = new Publisher(tell);
    this.#cutter = new SectionCutter(options);
  }

  async run(stream: AudioStream): Promise<void> {
    this.#name = stream.name;
    const ahead = new ReadAhead(stream, { most: mostWaiting, signal: this.#signal });
    const step = Math.round(
      (this.#options.stepSeconds ?? optionTable.stepSeconds.default) * sampleRate,
    );
    const most = Math.round(this.#options.chunkSeconds * sampleRate);
    try {
      for (let isEnd = false; !isEnd; ) {
        const samples = await ahead.next(step, most);
        isEnd = samples.length === 0;
        this.#heard += samples.length;
        this.#cutter.push(samples);
        if (!(await this.#finishSections(isEnd))) await this.#step();
        this.#signal?.throwIfAborted();
        this.#onProgress(this.#heard / sampleRate, stream.duration);
      }
      if (ahead.failure !== undefined) throw ahead.failure.error;
    } catch (error) {
      this.#giveUp();
      throw error;
    } finally {
      ahead.close();
      this.#section?.[Symbol.dispose]();
    }
  }

  transcript(): Transcript {
    return transcriptOf(this.#results, {
      duration: this.#heard / sampleRate,
      // Waiting for a microphone is no work.
      audioMs: 0,
      totalMs: performance.now() - this.#started,
      logprobs: this.#options.logprobs,
    });
  }

  /** Decodes the sections that end by now to their ends. Returns whether there were any. */
  async #finishSections(isEnd: boolean): Promise<boolean> {
    let any = false;
    for (;;) {
      const audio = this.#cutter.cut({ isEnd, isStuck: this.#section?.isStuck });
      if (audio === undefined) return any;
      any = true;
      using section = this.#takeSection();
      const results = await section.finish(audio);
      this.#results.push(...results);
      this.#signal?.throwIfAborted();
      for (const { chunk } of results) this.#publisher.final(chunk);
    }
  }

  /** Tells of the text of the open section as it is by now. */
  async #step(): Promise<void> {
    const audio = this.#cutter.open();
    if (audio === undefined) return;
    this.#section ??= this.#newSection();
    const before = this.#section.text;
    const text = await this.#section.step(audio);
    this.#signal?.throwIfAborted();
    if (this.#section.text !== before) {
      this.#cutter.settle();
      this.#publisher.settled(this.#section.text);
    }
    this.#publisher.partial(text);
  }

  /** Keeps what is settled of a section that will not be finished. */
  #giveUp(): void {
    const audio = this.#cutter.open();
    if (this.#section === undefined || audio === undefined || this.#section.text === "") return;
    this.#results.push(this.#section.given(audio));
  }

  #newSection(): Section {
    const listener = { party: this, name: this.#name, signal: this.#signal };
    return new Section(this.#engine, this.#options.decode, listener);
  }

  #takeSection(): Section {
    const section = this.#section ?? this.#newSection();
    this.#section = undefined;
    return section;
  }
}
