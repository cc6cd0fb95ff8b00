import { messageOf } from "../../contract/errors.ts";
import { Problem } from "../http/problem.ts";

/** What an event says; a payload may follow it. */
export interface WyomingEvent {
  type: string;
  data: Readonly<Record<string, unknown>>;
}

/** What is told of events as their bytes come. */
export interface EventSink {
  /** The head of an event is there; `payloadLength` bytes follow it. */
  event(event: WyomingEvent, payloadLength: number): void;
  /** A part of the last event's payload. */
  payload(part: Uint8Array): void;
}

/** Longest line that begins an event, in bytes, without its end. */
export const maxHeaderLength = 1 << 16;
/** Longest data behind it, in bytes. */
export const maxDataLength = 1 << 18;

const newline = "\n".charCodeAt(0);

/**
 * Takes the bytes of a connection apart into events: a line of JSON, data as JSON, a payload. Never
 * holds more than a line or the data of one event; payloads are handed on as they come. Throws
 * `Problem` for what is no event; there is no way to go on behind it.
 */
export class EventReader {
  readonly #sink: EventSink;
  readonly #maxPayloadLength: number;
  #stage: "header" | "data" | "payload" = "header";
  /** Bytes of the stage so far, where they are kept. */
  #parts: Uint8Array[] = [];
  #gathered = 0;
  /** Bytes that the data, or the payload, still lacks. */
  #missing = 0;
  #header: Header | undefined;

  constructor(sink: EventSink, { maxPayloadLength }: { maxPayloadLength: number }) {
    this.#sink = sink;
    this.#maxPayloadLength = maxPayloadLength;
  }

  /** Whether the last bytes ended within an event. */
  get isWithin(): boolean {
    return this.#stage !== "header" || this.#gathered > 0;
  }

  push(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) rest = rest.subarray(this.#take(rest));
  }

  /** Takes what belongs to the stage; returns how many bytes that is. */
  #take(bytes: Uint8Array): number {
    switch (this.#stage) {
      case "header":
        return this.#takeHeader(bytes);
      case "data": {
        const part = bytes.subarray(0, this.#missing);
        this.#keep(part);
        this.#missing -= part.length;
        if (this.#missing === 0) this.#tell(objectIn(this.#gather(), "the data of an event"));
        return part.length;
      }
      case "payload": {
        const part = bytes.subarray(0, this.#missing);
        this.#missing -= part.length;
        if (this.#missing === 0) this.#stage = "header";
        this.#sink.payload(part);
        return part.length;
      }
    }
  }

  #takeHeader(bytes: Uint8Array): number {
    const end = bytes.indexOf(newline);
    const part = end < 0 ? bytes : bytes.subarray(0, end);
    if (this.#gathered + part.length > maxHeaderLength) {
      throw tooLong("the line of an event", maxHeaderLength);
    }
    this.#keep(part);
    if (end < 0) return bytes.length;
    this.#header = headerOf(objectIn(this.#gather(), "the line of an event"));
    const { dataLength, payloadLength } = this.#header;
    if (dataLength > maxDataLength) throw tooLong("the data of an event", maxDataLength);
    if (payloadLength > this.#maxPayloadLength) {
      throw tooLong("the payload of an event", this.#maxPayloadLength);
    }
    this.#stage = "data";
    this.#missing = dataLength;
    if (dataLength === 0) this.#tell({});
    return end + 1;
  }

  /** The head of the event is whole. */
  #tell(more: Record<string, unknown>): void {
    const { type, data, payloadLength } = this.#header!;
    this.#missing = payloadLength;
    this.#stage = payloadLength > 0 ? "payload" : "header";
    this.#sink.event({ type, data: { ...data, ...more } }, payloadLength);
  }

  /** Keeps a copy: what the bytes are a part of is not kept alive. */
  #keep(part: Uint8Array): void {
    this.#parts.push(part.slice());
    this.#gathered += part.length;
  }

  #gather(): Uint8Array {
    const all = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#gathered = 0;
    return all;
  }
}

interface Header extends WyomingEvent {
  dataLength: number;
  payloadLength: number;
}

function headerOf(header: Record<string, unknown>): Header {
  const { type, data = {}, data_length: dataLength, payload_length: payloadLength } = header;
  if (typeof type !== "string") throw notAnEvent("its type is no text");
  // Python's None stands for what there is none of.
  if (data !== null && !isObject(data)) throw notAnEvent("its data are no object");
  return {
    type,
    data: data ?? {},
    dataLength: lengthOf("data_length", dataLength),
    payloadLength: lengthOf("payload_length", payloadLength),
  };
}

function lengthOf(name: string, value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw notAnEvent(`its ${name} is no length`);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function objectIn(bytes: Uint8Array, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw new Problem(400, `${what} is no JSON: ${messageOf(error)}`, { code: "invalid_event" });
  }
  if (!isObject(value)) throw notAnEvent(`${what} is no object`);
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function notAnEvent(why: string): Problem {
  return new Problem(400, `this is no event of Wyoming: ${why}`, { code: "invalid_event" });
}

function tooLong(what: string, max: number): Problem {
  return new Problem(413, `${what} is longer than ${max} bytes`, { code: "event_too_long" });
}

/** The bytes of an event: its type in a line, its data behind it. */
export function encodedEvent(type: string, data: Readonly<Record<string, unknown>> = {}): Buffer {
  const body = Buffer.from(Object.keys(data).length > 0 ? JSON.stringify(data) : "");
  const length = body.length > 0 ? { data_length: body.length } : {};
  return Buffer.concat([Buffer.from(`${JSON.stringify({ type, ...length })}\n`), body]);
}
