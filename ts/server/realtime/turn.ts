import { sampleRate } from "../../audio/samples/recording.ts";
import type { StreamOptions } from "../../contract/options.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { problemOf } from "../http/problem.ts";
import type { Recognizer } from "../service/models.ts";
import type { ServerContext } from "../service/service.ts";
import { AudioQueue, type Backlog } from "./audio-queue.ts";
import { completedOf } from "./completed.ts";
import { errorOf, newId, type ServerEvent } from "./server-events.ts";
import { includes, type SessionSettings, type TranscriptionSettings } from "./settings.ts";

/** What a turn needs of its session. */
export interface TurnContext {
  readonly server: ServerContext;
  readonly backlog: Backlog;
  /** Ends all work of the session. */
  readonly signal: AbortSignal;
  readonly send: (event: ServerEvent) => void;
}

const ofItem = "conversation.item.input_audio_transcription";

/** How often a live text is brought up to date, in seconds, by how long the client would wait. */
const stepSeconds = { minimal: 0.5, low: 1, medium: 2, high: 3, xhigh: 5 } as const;

/** What is said until a pause or until the client says so, and becomes one text. */
export class Turn {
  readonly id = newId("item");
  /** Where it begins, in samples from the first of the session. */
  readonly start: number;
  readonly #settings: SessionSettings;
  readonly #context: TurnContext;
  readonly #audio: AudioQueue;
  readonly #abort = new AbortController();
  #isCommitted = false;
  #length = 0;

  constructor(start: number, settings: SessionSettings, context: TurnContext) {
    this.start = start;
    this.#settings = settings;
    this.#context = context;
    this.#audio = new AudioQueue(context.backlog);
    if (settings.transcription === null) this.#audio.discard();
  }

  /** Samples that it has so far. */
  get length(): number {
    return this.#length;
  }

  push(samples: Float32Array): void {
    this.#length += samples.length;
    this.#audio.push(samples);
  }

  /** No more belongs to it. */
  commit(): void {
    this.#isCommitted = true;
    this.#audio.end();
  }

  /** It is of no use any more: nothing of it is told from now on. */
  drop(): void {
    this.#abort.abort();
    this.#audio.discard();
  }

  /** Writes what is said, from while it is said to the end; a failure is told to the client. */
  async transcribe(): Promise<void> {
    const { transcription } = this.#settings;
    if (transcription === null) return;
    const signal = AbortSignal.any([this.#context.signal, this.#abort.signal]);
    // Whoever waits for sound that never comes is not kept waiting.
    signal.addEventListener("abort", () => this.#audio.discard());
    try {
      const { models, metrics } = this.#context.server;
      using loan = await models.borrow(transcription.model, signal, { isLive: true });
      const transcript = await this.#heard(loan.recognizer, transcription, signal);
      if (signal.aborted || transcript === undefined) return;
      metrics.transcribed(loan.name, transcript);
      this.#complete(transcript);
    } catch (thrown) {
      if (signal.aborted) return;
      const error = errorOf(problemOf(thrown));
      this.#context.send({ type: `${ofItem}.failed`, ...this.#place, error });
    } finally {
      this.#audio.discard();
    }
  }

  get #place(): { item_id: string; content_index: 0 } {
    return { item_id: this.id, content_index: 0 };
  }

  async #heard(
    recognizer: Recognizer,
    transcription: TranscriptionSettings,
    signal: AbortSignal,
  ): Promise<Transcript | undefined> {
    const { send } = this.#context;
    const isShown = this.#settings.include.includes(includes.provisional);
    const input = { stream: this.#audio.read(), sampleRate, encoding: "s16le" } as const;
    const options = { ...this.#options(transcription), signal };
    for await (const event of recognizer.stream(input, options)) {
      if (signal.aborted) return undefined;
      if (event.type === "delta") {
        send({ type: `${ofItem}.delta`, ...this.#place, delta: event.text });
      } else if (event.type === "partial" && isShown) {
        send({ type: `${ofItem}.provisional`, ...this.#place, text: event.text });
      } else if (event.type === "finish") {
        return event.transcript;
      }
    }
    return undefined;
  }

  #options(transcription: TranscriptionSettings): StreamOptions {
    const { language, languages, keywords, prompt, delay = "low" } = transcription;
    return {
      language,
      languages,
      keywords,
      prompt,
      logprobs: this.#settings.include.includes(includes.logprobs),
      // What is all there is decoded as a recording: that costs less, and is a little more exact.
      ...(this.#isCommitted ? { live: false } : { live: true, stepSeconds: stepSeconds[delay] }),
    };
  }

  #complete(transcript: Transcript): void {
    const { include } = this.#settings;
    const { send } = this.#context;
    if (include.includes(includes.segments)) {
      for (const { text, start, end } of transcript.segments) {
        const [id, offset] = [newId("seg"), this.start / sampleRate];
        const segment = { id, text, speaker: "", start: offset + start, end: offset + end };
        send({ type: `${ofItem}.segment`, ...this.#place, ...segment });
      }
    }
    const completed = completedOf(transcript, include.includes(includes.logprobs));
    send({ type: `${ofItem}.completed`, ...this.#place, ...completed });
  }
}
