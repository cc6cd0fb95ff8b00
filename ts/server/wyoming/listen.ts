// This folder: transcription for Home Assistant and others that speak Wyoming, over plain TCP.

import { notListening } from "../http/not-listening.ts";
import { Problem } from "../http/problem.ts";
import type { ServerContext } from "../service/service.ts";
import { Connection, type Wire } from "./connection.ts";

/** Where to listen. */
export interface WyomingAddress {
  hostname: string;
  /** 0 takes one that is free. */
  port: number;
}

/** The port that programs look for this kind of service at. */
export const wyomingPort = 10_300;

/** How long a client may go on sending when it was told that the connection ends, in ms. */
const partingMs = 5000;
/** How long a connection may be silent until its other end is asked for, in ms. */
const keepAliveMs = 30_000;

/** A listening socket for Wyoming. Throws AsrError `usage` where nothing can listen there. */
export function listenWyoming(context: ServerContext, address: WyomingAddress): WyomingListener {
  return new WyomingListener(context, address);
}

/**
 * The socket and its connections. When the server drains, it takes no more, and each connection
 * ends with what is under way.
 */
export class WyomingListener {
  readonly #context: ServerContext;
  readonly #listener: Bun.TCPSocketListener<Client | undefined>;
  readonly #clients = new Set<Client>();
  readonly hostname: string;
  readonly port: number;

  constructor(context: ServerContext, { hostname, port }: WyomingAddress) {
    this.#context = context;
    try {
      this.#listener = Bun.listen<Client | undefined>({
        hostname,
        port,
        socket: {
          open: (socket) => this.#open(socket),
          data: (socket, bytes) => socket.data?.connection.receive(bytes),
          drain: (socket) => socket.data?.flush(),
          close: (socket) => this.#close(socket.data),
          error: (socket) => void socket.terminate(),
        },
      });
    } catch (error) {
      throw notListening(hostname, port, error);
    }
    ({ hostname: this.hostname, port: this.port } = this.#listener);
    const { draining, closing } = context;
    draining.addEventListener("abort", () => this.#drain(), { once: true });
    closing.addEventListener("abort", () => this.#end(closing.reason), { once: true });
  }

  /** Whether anybody is connected, or still to be told of an end. */
  get isBusy(): boolean {
    return this.#clients.size > 0;
  }

  /** Takes no more connections, and breaks those that there are. */
  close(): void {
    this.#listener.stop(true);
  }

  #open(socket: Bun.Socket<Client | undefined>): void {
    const { limits, draining } = this.#context;
    const client = new Client(this.#context, socket);
    socket.data = client;
    this.#clients.add(client);
    if (draining.aborted) client.connection.fail(ending());
    if (this.#clients.size <= limits.maxSockets) return;
    const message = `there are ${limits.maxSockets} connections already: come again later`;
    client.connection.fail(new Problem(503, message, { code: "too_many_connections" }));
  }

  #close(client: Client | undefined): void {
    if (client === undefined) return;
    this.#clients.delete(client);
    client.close();
  }

  #drain(): void {
    this.#listener.stop();
    for (const { connection } of this.#clients) connection.drain();
  }

  #end(reason: unknown): void {
    for (const { connection } of this.#clients) {
      connection.fail(reason instanceof Problem ? reason : ending());
    }
  }
}

function ending(): Problem {
  return new Problem(503, "the server is ending", { code: "draining" });
}

/** A connection with its socket, which takes bytes when it can. */
class Client implements Wire {
  readonly connection: Connection;
  readonly #socket: Bun.Socket<Client | undefined>;
  readonly #maxUnread: number;
  /** What the client did not take yet. */
  #unread: Uint8Array = new Uint8Array(0);
  readonly #counted: Disposable;
  #isEnding = false;
  #parting: NodeJS.Timeout | undefined;

  constructor(context: ServerContext, socket: Bun.Socket<Client | undefined>) {
    this.#socket = socket;
    this.#maxUnread = context.limits.maxUnreadBytes;
    // Events are small, and whoever waits for one waits for the last.
    socket.setNoDelay(true);
    // A client whose machine is gone says no word more.
    socket.setKeepAlive(true, keepAliveMs);
    this.#counted = context.metrics.connected("wyoming");
    this.connection = new Connection(context, this);
  }

  write(bytes: Uint8Array): void {
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    this.flush();
    if (this.#unread.length > this.#maxUnread) this.#socket.terminate();
  }

  /** Sends what the socket takes. */
  flush(): void {
    if (this.#unread.length > 0) {
      const sent = this.#socket.write(this.#unread);
      this.#unread = this.#unread.subarray(Math.max(0, sent));
    }
    if (this.#isEnding && this.#unread.length === 0) this.#socket.shutdown();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /**
   * Ends the way to the client alone: were the socket closed while the client is sending, the
   * client's system would forget what it was told.
   */
  end(): void {
    this.#isEnding = true;
    this.flush();
    this.#parting = setTimeout(() => this.#socket.terminate(), partingMs);
  }

  close(): void {
    clearTimeout(this.#parting);
    this.#counted[Symbol.dispose]();
    this.connection.leave();
  }
}
