import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { EventReader, type WyomingEvent } from "../server/wyoming/framing.ts";
import { listenWyoming } from "../server/wyoming/listen.ts";
import { HearingRecognizer } from "./hearing-recognizer.ts";
import { ScriptedModels, type ServerScript, scriptedServer } from "./server.ts";

/** A server for Wyoming, at a free port, over a recognizer that counts bytes. */
export function wyomingServer(script: ServerScript = {}) {
  const { context, drain, close, metrics } = scriptedServer([], script);
  const recognizer = new HearingRecognizer();
  const models = new ScriptedModels(recognizer);
  const listener = listenWyoming({ ...context, models }, { hostname: "127.0.0.1", port: 0 });
  return {
    context,
    recognizer,
    models,
    listener,
    metrics,
    drain,
    close,
    client: () => WyomingTestClient.connect(listener.port),
    [Symbol.dispose]: () => listener.close(),
  };
}

/** A client that may do what the real ones do not. */
export class WyomingTestClient implements Disposable {
  readonly #socket: Socket;
  readonly #events: (WyomingEvent | undefined)[] = [];
  #changed = Promise.withResolvers<void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    const sink = { event: (event: WyomingEvent) => this.#push(event), payload: () => {} };
    const reader = new EventReader(sink, { maxPayloadLength: 0 });
    socket.on("data", (bytes: Uint8Array) => reader.push(bytes));
    // A connection that is broken has ended, too.
    socket.on("error", () => {});
    for (const end of ["end", "close"]) socket.on(end, () => this.#push(undefined));
  }

  static async connect(port: number): Promise<WyomingTestClient> {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "connect");
    return new WyomingTestClient(socket);
  }

  /** Sends an event with its data in its line; `header` adds to it, or says otherwise. */
  send(type: string, data: object = {}, payload: Uint8Array | string = "", header = {}): void {
    const length = Buffer.byteLength(payload);
    const line = { type, data, ...(length > 0 ? { payload_length: length } : {}), ...header };
    this.write(`${JSON.stringify(line)}\n`);
    if (length > 0) this.write(payload);
  }

  write(bytes: Uint8Array | string): void {
    this.#socket.write(bytes);
  }

  /** Whether all that was written has left this process. */
  get isWritten(): boolean {
    return this.#socket.writableLength === 0;
  }

  /** The next event; undefined when the server has ended the connection. */
  async next(): Promise<WyomingEvent | undefined> {
    while (this.#events.length === 0) await this.#changed.promise;
    return this.#events.shift();
  }

  /** Events until the connection is ended. */
  async rest(): Promise<WyomingEvent[]> {
    const all: WyomingEvent[] = [];
    for (let event = await this.next(); event !== undefined; event = await this.next()) {
      all.push(event);
    }
    return all;
  }

  /** Sends nothing more, and still reads. */
  end(): void {
    this.#socket.end();
  }

  /** Reads nothing more. */
  pause(): void {
    this.#socket.pause();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #push(event: WyomingEvent | undefined): void {
    this.#events.push(event);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
