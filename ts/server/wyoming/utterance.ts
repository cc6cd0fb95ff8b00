import { untilAborted } from "../../concurrency/until-aborted.ts";
import { languageCode } from "../../contract/languages.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { Problem } from "../http/problem.ts";
import type { Recognizer } from "../service/models.ts";
import type { ServerContext } from "../service/service.ts";
import { AudioQueue } from "./audio-queue.ts";
import type { TranscribeRequest } from "./request.ts";
import { type AudioFormat, SampleConverter } from "./samples.ts";

/** Sends an event to the client. */
export type Send = (type: string, data?: Readonly<Record<string, unknown>>) => void;

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
 * text.
 */
export class Utterance {
  readonly format: AudioFormat;
  readonly #request: TranscribeRequest;
  readonly #options: UtteranceOptions;
  readonly #converter: SampleConverter;
  readonly #queue: AudioQueue;
  /** Resolves with whether there is any audio. */
  readonly #begun = Promise.withResolvers<boolean>();
  #received = 0;
  #stopped = 0;
  #isTold = false;

  constructor(format: AudioFormat, request: TranscribeRequest, options: UtteranceOptions) {
    this.format = format;
    this.#request = request;
    this.#options = options;
    this.#converter = new SampleConverter(format.width);
    this.#queue = new AudioQueue(options.onRoom);
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
    this.#queue.push(this.#converter.convert(part));
    this.#begun.resolve(true);
  }

  /** No more audio comes. */
  stop(): void {
    this.#stopped = performance.now();
    this.#begun.resolve(false);
    this.#queue.end();
  }

  /**
   * Transcribes until the audio has stopped, and tells what is said. Throws what keeps it from
   * being transcribed. Returns how many seconds the client waited after it had said all.
   */
  async transcribe(): Promise<number> {
    const { context, send, signal } = this.#options;
    const { model, language } = this.#request;
    // Where nothing was sent there is nothing to hear, which is no fault of the client.
    if (!(await untilAborted(this.#begun.promise, signal))) {
      this.#tell({ text: "" });
      return 0;
    }
    using loan = await context.models.borrow(model, signal, { isLive: true });
    for await (const event of loan.recognizer.stream(...this.#input())) {
      if (event.type === "delta") {
        this.#start(language && languageCode(language));
        send("transcript-chunk", { text: event.text });
      } else if (event.type === "finish") {
        this.#tell(dataOf(event.transcript));
        context.metrics.transcribed(loan.name, event.transcript);
      }
    }
    return (performance.now() - this.#stopped) / 1000;
  }

  #input(): Parameters<Recognizer["stream"]> {
    const { rate: sampleRate, channels } = this.format;
    const { maxSeconds } = this.#options.context.limits;
    const { language, keywords } = this.#request;
    return [
      { stream: this.#queue, sampleRate, channels, encoding: this.#converter.encoding },
      {
        live: false,
        signal: this.#options.signal,
        maxSeconds,
        language,
        keywords,
      },
    ];
  }

  /** The first event of a transcript, before its first text. */
  #start(language: string | undefined): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#options.send("transcript-start", language === undefined ? {} : { language });
  }

  #tell(data: { text: string; language?: string }): void {
    this.#start(data.language);
    this.#options.send("transcript", data);
    this.#options.send("transcript-stop");
  }
}

/** What the protocol knows of a transcript, and what nobody should miss. */
function dataOf(transcript: Transcript): { text: string; language?: string } {
  const { text, language, truncated, finishReason, warnings } = transcript;
  const [first = ""] = language.split(",");
  const code = languageCode(first);
  return {
    text,
    ...(code === undefined ? {} : { language: code }),
    ...(truncated ? { truncated, finish_reason: finishReason, warnings } : {}),
  };
}
