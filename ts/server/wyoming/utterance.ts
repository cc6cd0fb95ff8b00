import { readIntegers } from "../../audio/formats/wav-samples.ts";
import { sampleRate as plainRate, type Samples } from "../../audio/samples/recording.ts";
import { untilAborted } from "../../concurrency/until-aborted.ts";
import { AsrError } from "../../contract/errors.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { StreamOptions } from "../../contract/options.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { Problem } from "../http/problem.ts";
import type { Loan } from "../service/models.ts";
import type { ServerContext } from "../service/service.ts";
import { Answer, type Send } from "./answer.ts";
import { AudioQueue } from "./audio-queue.ts";
import { Foresight } from "./foresight.ts";
import type { TranscribeRequest } from "./request.ts";
import { type AudioFormat, isSameFormat, SampleConverter } from "./samples.ts";

/** What voice assistants send. */
const plainFormat: AudioFormat = { rate: plainRate, width: 2, channels: 1 };

/** What an utterance needs of its connection. */
export interface UtteranceOptions {
  context: ServerContext;
  send: Send;
  /** Aborted when the client has left. */
  signal: AbortSignal;
  /** Called when more audio can be taken, where it could not. */
  onRoom: () => void;
}

/**
 * Audio from its start to its stop, and its transcript. It is heard while it comes, but as a
 * recording is, in whole chunks. To hear it live would take steps that end too late to be of use:
 * commands are short, and what their speaker waits for is the time from the end of the audio to the
 * text. A pause in which a command may have ended is made use of: `Foresight`.
 */
export class Utterance {
  readonly format: AudioFormat;
  readonly #request: TranscribeRequest;
  readonly #options: UtteranceOptions;
  readonly #converter: SampleConverter;
  readonly #queue: AudioQueue;
  /** Resolves with whether there is any audio. */
  readonly #begun = Promise.withResolvers<boolean>();
  readonly #foresight: Foresight | undefined;
  readonly #loan = Promise.withResolvers<Loan>();
  /** Resolves with a transcript that was made in time. */
  readonly #foreseen = Promise.withResolvers<Transcript>();
  #received = 0;
  #stopped = 0;

  constructor(format: AudioFormat, request: TranscribeRequest, options: UtteranceOptions) {
    this.format = format;
    this.#request = request;
    this.#options = options;
    this.#converter = new SampleConverter(format.width);
    this.#queue = new AudioQueue(options.onRoom);
    if (isSameFormat(format, plainFormat)) {
      const { models } = options.context;
      this.#foresight = new Foresight(
        (samples, signal) => this.#guess(samples, signal),
        () => models.status().reduce((sum, { running, live }) => sum + running + live, 0) <= 1,
      );
    }
  }

  /** Whether the client should wait before it sends more. */
  get isFull(): boolean {
    return this.#queue.isFull;
  }

  /** Takes audio. Throws `Problem` where there is too much. */
  push(part: Uint8Array): void {
    const { maxUploadBytes } = this.#options.context.limits;
    this.#received += part.length;
    if (this.#received > maxUploadBytes) {
      const message = `there is more audio than ${maxUploadBytes} bytes`;
      throw new Problem(413, message, { code: "audio_too_large" });
    }
    const samples = this.#converter.convert(part);
    this.#queue.push(samples);
    this.#foresight?.push(readIntegers(samples, 2));
    this.#begun.resolve(true);
  }

  /** No more audio comes. */
  stop(): void {
    this.#stopped = performance.now();
    this.#begun.resolve(false);
    const end = () => this.#queue.end();
    const foreseen = this.#foresight?.transcript();
    if (foreseen === undefined) end();
    foreseen?.then((transcript) => {
      // What went wrong may go right with all of the audio.
      if (transcript.truncated || transcript.text === "") end();
      else this.#foreseen.resolve(transcript);
    }, end);
  }

  /**
   * Transcribes until the audio has stopped, and tells what is said. Throws what keeps it from
   * being transcribed. Returns how many seconds the client waited after it had said all.
   */
  async transcribe(): Promise<number> {
    const { context, send, signal } = this.#options;
    const answer = new Answer(send);
    // Where nothing was sent there is nothing to hear, which is no fault of the client.
    if (!(await untilAborted(this.#begun.promise, signal))) {
      answer.silence();
      return 0;
    }
    using loan = await context.models.borrow(this.#request.model, signal, { isLive: true });
    using _foresight = this.#foresight;
    this.#loan.resolve(loan);
    const leave = new AbortController();
    const heard = this.#heard(loan, answer, AbortSignal.any([signal, leave.signal]));
    const transcript = await Promise.race([heard, this.#foreseen.promise]);
    answer.end(transcript);
    context.metrics.transcribed(loan.name, transcript);
    const seconds = (performance.now() - this.#stopped) / 1000;
    leave.abort();
    await heard.catch(() => undefined);
    return seconds;
  }

  /** Transcribes what comes, to its end. */
  async #heard({ recognizer }: Loan, answer: Answer, signal: AbortSignal): Promise<Transcript> {
    const { rate: sampleRate, channels } = this.format;
    const { encoding } = this.#converter;
    const input = { stream: this.#queue, sampleRate, channels, encoding };
    const events = recognizer.stream(input, this.#settings(signal));
    return await lastOf(events, (text) => answer.chunk(text, this.#request.language));
  }

  /** Transcribes what came so far. */
  async #guess(samples: Samples, signal: AbortSignal): Promise<Transcript> {
    const either = AbortSignal.any([signal, this.#options.signal]);
    const { recognizer } = await untilAborted(this.#loan.promise, either);
    const input = { samples, sampleRate: plainRate };
    return await lastOf(recognizer.stream(input, this.#settings(either)));
  }

  #settings(signal: AbortSignal): StreamOptions {
    const { maxSeconds } = this.#options.context.limits;
    const { language, keywords } = this.#request;
    return { live: false, signal, maxSeconds, language, keywords };
  }
}

async function lastOf(
  events: AsyncIterable<StreamEvent>,
  onText: (text: string) => void = () => {},
): Promise<Transcript> {
  for await (const event of events) {
    if (event.type === "delta") onText(event.text);
    if (event.type === "finish") return event.transcript;
  }
  throw new AsrError("internal", "the transcription has no end");
}
