import { Problem, reportedProblem } from "../http/problem.ts";
import type { ServerContext } from "../service/service.ts";
import { EventReader, type EventSink, encodedEvent, type WyomingEvent } from "./framing.ts";
import { infoOf } from "./info.ts";
import { plainRequest, requestOf, type TranscribeRequest } from "./request.ts";
import { formatOf, isSameFormat } from "./samples.ts";
import { Utterance } from "./utterance.ts";

/** The way to the client, and how it is asked to wait. */
export interface Wire {
  write(bytes: Uint8Array): void;
  pause(): void;
  resume(): void;
  /** Sends what was written, then no more. */
  end(): void;
}

/** After so many seconds without an event a client that waits for nothing is let go. */
const maxIdleSeconds = 600;

/** Who has so many utterances waiting, with audio that is kept for them, is not heard further. */
const maxWaiting = 8;

/**
 * What a client and the server say to each other. Transcripts come in the order of their audio.
 * After an error the connection ends, so that no client waits for what will not come.
 */
export class Connection implements EventSink {
  readonly #context: ServerContext;
  readonly #wire: Wire;
  readonly #reader: EventReader;
  readonly #leaving = new AbortController();
  #isOver = false;
  #isDraining = false;
  /** What was asked for with the last `transcribe`, until its audio starts. */
  #request: TranscribeRequest = plainRequest;
  /** The utterance whose audio comes. */
  #open: Utterance | undefined;
  /** Whether the payload that comes is its audio. */
  #isAudio = false;
  /** Utterances that are not transcribed yet, and the last of them. */
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #isPaused = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: ServerContext, wire: Wire) {
    this.#context = context;
    this.#wire = wire;
    const { maxUploadBytes: maxPayloadLength } = context.limits;
    this.#reader = new EventReader(this, { maxPayloadLength });
    this.#expect();
  }

  /** Whether something is said or will be answered. */
  get isBusy(): boolean {
    return this.#open !== undefined || this.#waiting > 0;
  }

  /** Takes bytes from the client. */
  receive(bytes: Uint8Array): void {
    const wasWithin = this.#reader.isWithin;
    try {
      if (!this.#isOver) this.#reader.push(bytes);
    } catch (thrown) {
      this.fail(thrown);
    }
    // Within an event it is its parts that count, not each byte of a line that never ends.
    if (!wasWithin) this.#expect();
    if (this.#isOver || this.#isPaused || !this.#isFull) return;
    this.#isPaused = true;
    this.#wire.pause();
    this.#expect();
  }

  /** The client has left: what was done for it ends. */
  leave(): void {
    if (!this.#isOver && this.isBusy) this.#context.metrics.answered("wyoming", 499, 0);
    this.#over(new DOMException("the client left", "AbortError"));
  }

  /** Tells why nothing more is done for the client, and ends the connection. */
  fail(thrown: unknown): void {
    if (this.#isOver) return;
    const problem = reportedProblem(thrown, this.#context);
    const { message, code, type } = problem;
    if (this.isBusy) this.#context.metrics.answered("wyoming", problem.status, 0);
    this.#send("error", { text: message, code: code ?? type });
    this.#over(problem);
    this.#wire.end();
  }

  /** Finishes what is under way, then ends the connection. */
  drain(): void {
    this.#isDraining = true;
    if (this.isBusy || this.#isOver) return;
    this.#over(new Problem(503, "the server is ending"));
    this.#wire.end();
  }

  event({ type, data }: WyomingEvent): void {
    this.#isAudio = type === "audio-chunk";
    switch (type) {
      case "describe":
        this.#send("info", infoOf(this.#context.models.status()));
        break;
      case "ping":
        this.#send("pong", { text: data["text"] ?? null });
        break;
      case "transcribe":
        this.#request = requestOf(data, this.#context.limits);
        break;
      case "audio-start":
        this.#start(data);
        break;
      case "audio-chunk":
        this.#checkChunk(data);
        break;
      case "audio-stop":
        this.#stop();
        break;
      default:
      // The protocol wants servers to leave out what they do not know.
    }
    this.#expect();
  }

  payload(part: Uint8Array): void {
    if (this.#isAudio) this.#open?.push(part);
    this.#expect();
  }

  #start(data: WyomingEvent["data"]): void {
    if (this.#open !== undefined) throw outOfOrder("audio-start", "before audio-stop");
    if (this.#isDraining) throw new Problem(503, "the server is ending", { code: "draining" });
    const utterance = new Utterance(formatOf(data), this.#request, {
      context: this.#context,
      signal: this.#leaving.signal,
      send: (type, data) => this.#send(type, data),
      onRoom: () => this.#resume(),
    });
    this.#open = utterance;
    this.#request = plainRequest;
    this.#waiting++;
    this.#last = this.#transcribe(utterance, this.#last);
  }

  /** The format stands with every chunk, too; some clients tell it only there. */
  #checkChunk(data: WyomingEvent["data"]): void {
    if (this.#open === undefined) this.#start(data);
    const format = this.#open?.format;
    if (format === undefined || isSameFormat(formatOf(data, format), format)) return;
    const message = "the format of the audio changed before audio-stop";
    throw new Problem(400, message, { code: "invalid_format" });
  }

  #stop(): void {
    if (this.#open === undefined) throw outOfOrder("audio-stop", "before audio-start");
    this.#open.stop();
    this.#open = undefined;
  }

  async #transcribe(utterance: Utterance, before: Promise<void>): Promise<void> {
    await before;
    if (this.#isOver) return;
    try {
      const seconds = await utterance.transcribe();
      this.#context.metrics.answered("wyoming", 200, seconds);
    } catch (thrown) {
      this.fail(thrown);
    }
    this.#waiting--;
    this.#resume();
    if (this.#isDraining) this.drain();
    this.#expect();
  }

  /** Whether the client should wait before it sends more. */
  get #isFull(): boolean {
    return this.#open?.isFull === true || this.#waiting > maxWaiting;
  }

  #resume(): void {
    if (!this.#isPaused || (this.#isFull && !this.#isOver)) return;
    this.#isPaused = false;
    this.#wire.resume();
    this.#expect();
  }

  #send(type: string, data?: Readonly<Record<string, unknown>>): void {
    if (!this.#isOver) this.#wire.write(encodedEvent(type, data));
  }

  #over(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#leaving.abort(reason);
    this.#open?.stop();
    this.#open = undefined;
    // What the client still sends is not heard, but has to be taken to see it leave.
    this.#resume();
  }

  /** Waits for the client, as long as it is its turn. */
  #expect(): void {
    clearTimeout(this.#timer);
    if (this.#isOver || this.#isPaused) return;
    const isWithin = this.#open !== undefined || this.#reader.isWithin;
    if (!isWithin && this.#waiting > 0) return;
    const seconds = isWithin ? this.#context.limits.maxUploadSilence : maxIdleSeconds;
    this.#timer = setTimeout(() => this.fail(tooQuiet(seconds)), 1000 * seconds);
  }
}

function outOfOrder(type: string, when: string): Problem {
  return new Problem(400, `${type} came ${when}`, { code: "out_of_order" });
}

function tooQuiet(seconds: number): Problem {
  return new Problem(408, `nothing came for ${seconds} seconds`, { code: "timeout" });
}
