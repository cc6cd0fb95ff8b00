import { messageOf } from "../contract/errors.ts";
import type { App } from "./app.ts";
import { notListening } from "./http/not-listening.ts";
import { Problem } from "./http/problem.ts";
import type { SocketData } from "./http/route.ts";

/**
 * After so many seconds without a byte a connection is closed: before a request has come whole, so
 * that nobody holds connections by sending none, and after it was answered. Work takes as long as
 * it takes.
 */
const idleSeconds = 60;

/** Where a server listens. */
export interface Address {
  host: string;
  /** 0 takes one that is free. */
  port: number;
}

/** The socket of an app. */
export class Listener {
  readonly #server: Bun.Server<SocketData>;
  readonly url: URL;

  /** Throws AsrError `usage` where nothing can listen there. */
  constructor({ fetch, websocket }: App, { host, port }: Address) {
    try {
      this.#server = Bun.serve<SocketData>({
        hostname: host,
        port,
        idleTimeout: idleSeconds,
        // Bodies are counted while they are read, and refused with a reason.
        maxRequestBodySize: Number.MAX_SAFE_INTEGER,
        // In development errors are pages with the source in them.
        development: false,
        // Without development Bun lets two processes listen at one port, each with half the calls.
        reusePort: false,
        async fetch(request, server) {
          server.timeout(request, 0);
          const response = await fetch(request, server);
          // What is set for a request stays with its connection.
          server.timeout(request, idleSeconds);
          return response;
        },
        error: (error) => new Problem(500, `a fault of bun-asr: ${messageOf(error)}`).response(),
        websocket,
      });
    } catch (error) {
      throw notListening(host, port, error);
    }
    this.url = reachedAt("http", host, this.#server.port ?? port);
  }

  /** Whether there are requests without an answer, or WebSockets. */
  get isBusy(): boolean {
    return this.#server.pendingRequests + this.#server.pendingWebSockets > 0;
  }

  /** Takes no more connections, and closes those that there are. */
  async close(): Promise<void> {
    await this.#server.stop(true);
  }
}

/** Throws AsrError `usage` where nothing could listen at an address now. */
export function checkAddress({ host, port }: Address): void {
  try {
    Bun.listen({ hostname: host, port, socket: { data: () => {} } }).stop(true);
  } catch (error) {
    throw notListening(host, port, error);
  }
}

/** An address as a client takes it: a wildcard is where to listen, not where to go. */
export function reachedAt(scheme: string, host: string, port: number): URL {
  const name = ["0.0.0.0", "::", ""].includes(host) ? "127.0.0.1" : host;
  return new URL(`${scheme}://${name.includes(":") ? `[${name}]` : name}:${port}`);
}
