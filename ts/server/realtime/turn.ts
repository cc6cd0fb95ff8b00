import { sampleRate } from "../../audio/samples/recording.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { StreamOptions } from "../../contract/options.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { reportedProblem } from "../http/problem.ts";
import type { Recognizer } from "../service/models.ts";
import type { ServerContext } from "../service/service.ts";
import { logprobsOf, type TokenLogprob } from "../transcriptions/logprobs.ts";
import { lacksWords, withoutWords } from "../transcriptions/no-words.ts";
import { type WordTimes, wordTimes } from "../transcriptions/words.ts";
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
  /** Of what deltas told. */
  readonly #logprobs: TokenLogprob[] = [];
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
    const leave = () => this.#audio.discard();
    signal.addEventListener("abort", leave);
    try {
      const { models, metrics } = this.#context.server;
      using loan = await models.borrow(transcription.model, signal, { isLive: true });
      const transcript = await this.#heard(loan.recognizer, transcription, signal);
      if (signal.aborted || transcript === undefined) return;
      metrics.transcribed(loan.name, transcript);
      const completed = completedOf(transcript, loan.name, {
        ...(this.#has("logprobs") ? { logprobs: this.#logprobs } : {}),
        ...(this.#has("words") ? { words: this.#wordsOf(transcript) } : {}),
      });
      this.#context.send({ type: `${ofItem}.completed`, ...this.#place, ...completed });
    } catch (thrown) {
      if (signal.aborted) return;
      const error = errorOf(reportedProblem(thrown, this.#context.server));
      this.#context.send({ type: `${ofItem}.failed`, ...this.#place, error });
    } finally {
      // A joined signal with a listener lives as long as the signal of its session.
      signal.removeEventListener("abort", leave);
      leave();
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
    const options = { ...this.#options(transcription), signal };
    try {
      return await this.#written(recognizer, options);
    } catch (error) {
      // It is told before any sound is taken, and captions without words are better than none.
      if (!lacksWords(error)) throw error;
      const transcript = await this.#written(recognizer, { ...options, words: undefined });
      return transcript && withoutWords(transcript, error);
    }
  }

  async #written(recognizer: Recognizer, options: StreamOptions): Promise<Transcript | undefined> {
    const input = { stream: this.#audio.read(), sampleRate, encoding: "s16le" } as const;
    for await (const event of recognizer.stream(input, options)) {
      if (options.signal?.aborted) return undefined;
      if (event.type === "finish") return event.transcript;
      this.#tell(event);
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
      logprobs: this.#has("logprobs"),
      ...(this.#has("words") ? { words: this.#context.server.words } : {}),
      // What is all there is decoded as a recording: that costs less, and is a little more exact.
      ...(this.#isCommitted ? { live: false } : { live: true, stepSeconds: stepSeconds[delay] }),
    };
  }

  #tell(event: StreamEvent): void {
    const { send } = this.#context;
    if (event.type === "delta") {
      const { text: delta, tokens } = event;
      const logprobs = tokens === undefined ? undefined : logprobsOf(tokens);
      this.#logprobs.push(...(logprobs ?? []));
      send({ type: `${ofItem}.delta`, ...this.#place, delta, ...(logprobs && { logprobs }) });
    } else if (event.type === "partial" && this.#has("provisional")) {
      send({ type: `${ofItem}.provisional`, ...this.#place, text: event.text });
    } else if (event.type === "segment" && this.#has("segments")) {
      const { text, start, end, words } = event.segment;
      const offset = this.#offset;
      const place = { start: offset + start, end: offset + end };
      // Who speaks is not known.
      const segment = { id: newId("seg"), text, speaker: "", ...place };
      const timed = words === undefined ? {} : { words: wordTimes(words, offset) };
      send({ type: `${ofItem}.segment`, ...this.#place, ...segment, ...timed });
    } else if (event.type === "words") {
      const words = wordTimes(event.words, this.#offset);
      send({ type: `${ofItem}.words`, ...this.#place, words });
    }
  }

  /** Where it begins in the session, in seconds. */
  get #offset(): number {
    return this.start / sampleRate;
  }

  #wordsOf({ segments }: Transcript): WordTimes[] {
    return segments.flatMap(({ words = [] }) => wordTimes(words, this.#offset));
  }

  #has(name: keyof typeof includes): boolean {
    return this.#settings.include.includes(includes[name]);
  }
}
