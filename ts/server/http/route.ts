import type { ServerContext } from "../service/service.ts";

/** What can make a WebSocket of a request: `Bun.serve`'s server. */
export interface Upgrader {
  upgrade(
    request: Request,
    options: { data: SocketData; headers?: Record<string, string> },
  ): boolean;
}

/** One request on its way. */
export interface Exchange {
  readonly request: Request;
  readonly url: URL;
  /** Names the request in its answer's header `x-request-id`, and in the log. */
  readonly id: string;
  /** Absent where there is no socket, as in tests that call the app with a request. */
  readonly upgrader: Upgrader | undefined;
}

/** Answers a request; undefined where it became a WebSocket. What it throws becomes a `Problem`. */
export type Handler = (
  exchange: Exchange,
  context: ServerContext,
) => Response | undefined | Promise<Response | undefined>;

/**
 * A path, as `routePath` has it, and what answers its methods; HEAD is answered as GET. A path that
 * ends with `/*` stands for all below it that have no route of their own.
 */
export interface Route {
  readonly path: string;
  readonly methods: Readonly<Partial<Record<"GET" | "POST", Handler>>>;
  /** Whether it is answered without an API key, as the page and `/health` are. */
  readonly isPublic?: true;
}

/** What a WebSocket's events are handed to: `data` of Bun's sockets. */
export interface SocketData {
  open(socket: Bun.ServerWebSocket<SocketData>): void;
  message(text: string | Buffer): void;
  drain(): void;
  close(code: number, reason: string): void;
}

/**
 * The path as routes have it: without `/v1`, which clients leave out or write twice, and without a
 * slash at its end or two in a row, as of those who join what ends with one and begins with one;
 * `/` for the root.
 */
export function routePath(pathname: string): string {
  const plain = pathname.replaceAll(/\/{2,}/g, "/");
  return plain.replace(/^(?:\/v1(?=\/|$))+/, "").replace(/\/$/, "") || "/";
}
