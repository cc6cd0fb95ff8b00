import type { Route } from "../server/http/route.ts";
import { realtimeRoute } from "../server/realtime/realtime.ts";
import { CountingRecognizer } from "./counting-recognizer.ts";
import { type ScriptedServer, type ServerScript, scriptedServer } from "./server.ts";

/** An event of the server, as it came. */
export interface Told {
  type: string;
  event_id: string;
  [field: string]: unknown;
}

/** A client of the realtime route. */
export class RealtimeClient implements Disposable {
  readonly #socket: WebSocket;
  /** Everything that came. */
  readonly events: Told[] = [];
  /** How the socket was closed. */
  closed: { code: number; reason: string } | undefined;
  #changed = Promise.withResolvers<void>();
  #read = 0;

  constructor(
    url: string,
    protocols: readonly string[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    const offered = protocols.length === 0 ? {} : { protocols: [...protocols] };
    this.#socket = new WebSocket(url, { ...offered, headers: { ...headers } });
    this.#socket.onmessage = ({ data }) => this.#take(JSON.parse(String(data)));
    this.#socket.onclose = ({ code, reason }) => {
      this.closed = { code, reason };
      this.#wake();
    };
  }

  /** The subprotocol that the server chose. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  send(event: object | string | Uint8Array<ArrayBuffer>): void {
    const isRaw = typeof event === "string" || event instanceof Uint8Array;
    this.#socket.send(isRaw ? event : JSON.stringify(event));
  }

  /** Sets what stands in `audio.input`, and waits until it holds. */
  async update(input: object, session: object = {}): Promise<Told> {
    const audio = { input };
    this.send({ type: "session.update", session: { type: "transcription", audio, ...session } });
    return await this.next("session.updated");
  }

  append(bytes: Uint8Array): void {
    this.send({ type: "input_audio_buffer.append", audio: bytes.toBase64() });
  }

  commit(): void {
    this.send({ type: "input_audio_buffer.commit" });
  }

  /**
   * The next event of a type, behind the one that was asked for last. Throws what the server says
   * of an error, where that is not what is asked for.
   */
  async next(type: string): Promise<Told> {
    for (;;) {
      const event = this.events[this.#read];
      if (event === undefined) {
        if (this.closed !== undefined) throw this.#missing(type, `closed (${this.closed.code})`);
        await this.#changed.promise;
        continue;
      }
      this.#read++;
      if (event.type === type) return event;
      if (event.type === "error" || event.type.endsWith("failed"))
        throw this.#missing(type, "failed");
    }
  }

  /** Waits until the server closes the socket. */
  async end(): Promise<{ code: number; reason: string }> {
    while (this.closed === undefined) await this.#changed.promise;
    return this.closed;
  }

  /** The deltas of an item joined; of all, when none is named. */
  said(item?: unknown): string {
    return this.events
      .filter(({ type, item_id }) => type.endsWith(".delta") && (item ?? item_id) === item_id)
      .map(({ delta }) => delta)
      .join("");
  }

  close(): void {
    this.#socket.close();
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }

  #missing(type: string, why: string): Error {
    const told = this.events.map((event) => JSON.stringify(event)).join("\n");
    return new Error(`${why} before ${type} came; it told\n${told}`);
  }

  #take(event: Told): void {
    this.events.push(event);
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** A server on a free port. */
export interface SocketServer extends ScriptedServer, AsyncDisposable {
  /** As in `ws://127.0.0.1:1234`. */
  address: string;
}

/** Puts a scripted server behind a socket. */
export function socketServer(routes: readonly Route[], script?: ServerScript): SocketServer {
  const made = scriptedServer(routes, script);
  const { fetch, websocket } = made.app;
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch, websocket });
  return {
    ...made,
    address: `ws://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: async () => await server.stop(true),
  };
}

/** A client for which nothing but its own word ends turns, at 16 kHz unless `input` says more. */
export async function manualClient(
  { address }: SocketServer,
  input: object = {},
): Promise<RealtimeClient> {
  const client = new RealtimeClient(`${address}/v1/realtime?intent=transcription`);
  await client.next("session.created");
  const format = { type: "audio/pcm", rate: 16_000 };
  await client.update({ turn_detection: null, format, ...input });
  return client;
}

/** A server whose model counts half seconds. */
export function countingServer(script: ServerScript = {}) {
  const recognizer = new CountingRecognizer();
  return {
    recognizer,
    server: socketServer([realtimeRoute()], { ...script, hearing: recognizer }),
  };
}

/** Quick ramps, so many seconds of 16 kHz. */
export function sound(seconds: number): Uint8Array<ArrayBuffer> {
  const samples = Int16Array.from(
    { length: seconds * 16_000 },
    (_, index) => 8 * ((37 * index) % 2000) - 8000,
  );
  return new Uint8Array(samples.buffer);
}
