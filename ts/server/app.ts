// This folder: transcription behind HTTP and WebSockets, in the shapes of OpenAI's API.

import { randomUUID } from "node:crypto";
import { Guard } from "./http/guard.ts";
import { preflight } from "./http/origins.ts";
import { clientLeft, faultOf, Problem, problemOf } from "./http/problem.ts";
import type { Exchange, Route, SocketData, Upgrader } from "./http/route.ts";
import { routePath } from "./http/route.ts";
import { discardUnread } from "./http/unread.ts";
import type { ServerContext } from "./service/service.ts";

/** A request that was answered, for a log: no text, no audio, no key, nothing of a query. */
export interface Answered {
  /** As in the answer's header `x-request-id`. */
  id: string;
  method: string;
  /** The path of the route; `unknown` where there is none. */
  path: string;
  /** 101 for what became a WebSocket. */
  status: number;
  /** Until the answer began. */
  seconds: number;
  /** What was wrong with the request, as in the error's `code`; undefined where nothing was. */
  code: string | undefined;
  /** What was thrown, where it is for whoever runs the server to see to. */
  fault: unknown;
}

/** What answers requests: for `Bun.serve`, or for a test that calls it. */
export interface App {
  /** Undefined for a request that became a WebSocket. */
  fetch(request: Request, upgrader?: Upgrader): Promise<Response | undefined>;
  readonly websocket: Bun.WebSocketHandler<SocketData>;
}

/** Puts routes behind one door: who may come in, errors in one shape, ids, what is counted. */
export function createApp(
  context: ServerContext,
  routes: readonly Route[],
  onAnswer: (answered: Answered) => void = () => {},
): App {
  const door = new Door(context, routes);
  const connections = new WeakMap<SocketData, Disposable>();
  return {
    async fetch(request, upgrader) {
      const started = performance.now();
      const id = `req_${randomUUID().replaceAll("-", "")}`;
      // HTTP/1.0 may leave out the host.
      const url = URL.parse(request.url, "http://localhost");
      const route = url === null ? undefined : door.routeOf(url);
      const { response, fault, code }: Outcome =
        url === null
          ? refused(badAddress())
          : await door.answer(
              { request, url, id, upgrader: upgrader && named(upgrader, id) },
              route,
            );
      const milliseconds = performance.now() - started;
      response?.headers.set("x-request-id", id);
      response?.headers.set("openai-processing-ms", String(Math.round(milliseconds)));
      const { path = "unknown" } = route ?? {};
      const [status, seconds] = [response?.status ?? 101, milliseconds / 1000];
      context.metrics.answered(path, status, seconds);
      onAnswer({ id, method: request.method, path, status, seconds, code, fault });
      // Who is too slow is not waited for.
      if (response !== undefined && status >= 400 && status !== 408) {
        await discardUnread(request, response, context.limits);
      }
      return response;
    },
    websocket: {
      open: (socket) => {
        connections.set(socket.data, context.metrics.connected("websocket"));
        socket.data.open(socket);
      },
      message: (socket, text) => socket.data.message(text),
      drain: (socket) => socket.data.drain(),
      close: (socket, code, reason) => {
        connections.get(socket.data)?.[Symbol.dispose]();
        socket.data.close(code, reason);
      },
      maxPayloadLength: context.limits.maxMessageBytes,
      // A client that does not read is let go.
      backpressureLimit: context.limits.maxUnreadBytes,
      closeOnBackpressureLimit: true,
    },
  };
}

/** Sees to it that the answer to what becomes a WebSocket has the id, too. */
function named(upgrader: Upgrader, id: string): Upgrader {
  return {
    upgrade: (request, { data, headers }) =>
      upgrader.upgrade(request, { data, headers: { "x-request-id": id, ...headers } }),
  };
}

interface Outcome {
  response: Response | undefined;
  code?: string | undefined;
  fault?: unknown;
}

function refused(problem: Problem, headers: Readonly<Record<string, string>> = {}): Outcome {
  return { response: withHeaders(problem.response(), headers), code: problem.code ?? undefined };
}

class Door {
  readonly #context: ServerContext;
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #guard: Guard;

  constructor(context: ServerContext, routes: readonly Route[]) {
    this.#context = context;
    this.#routes = new Map(routes.map((route) => [route.path, route]));
    this.#guard = new Guard(context.access);
  }

  routeOf({ pathname }: URL): Route | undefined {
    const path = routePath(pathname);
    const exact = this.#routes.get(path);
    if (exact !== undefined) return exact;
    const below = [...this.#routes.values()].filter((route) => route.path.endsWith("/*"));
    return below.find((route) => path.startsWith(route.path.slice(0, -1)));
  }

  async answer(exchange: Exchange, route: Route | undefined): Promise<Outcome> {
    let headers: Readonly<Record<string, string>> = {};
    try {
      headers = this.#guard.admit(exchange.request, exchange.url);
      const response = await this.#dispatch(exchange, route);
      return { response: response && withHeaders(response, headers) };
    } catch (thrown) {
      // What ends with a client that left is no fault, whatever its end looks like.
      const problem = exchange.request.signal.aborted ? clientLeft() : problemOf(thrown);
      const fault = problem.status === 499 ? undefined : faultOf(thrown);
      return { ...refused(problem, headers), fault };
    }
  }

  async #dispatch(exchange: Exchange, route: Route | undefined): Promise<Response | undefined> {
    const { request, url } = exchange;
    if (route === undefined) throw unknownPath(request, url);
    const methods = methodsOf(route);
    if (request.method === "OPTIONS") {
      const isAsked = request.headers.has("access-control-request-method");
      if (isAsked) return preflight(request, methods);
      return new Response(null, { status: 204, headers: { allow: methods.join(", ") } });
    }
    if (!route.isPublic) this.#guard.authorize(request);
    const { method } = request;
    const handler = methods.includes(method)
      ? route.methods[method === "HEAD" ? "GET" : (method as "GET" | "POST")]
      : undefined;
    if (handler === undefined) {
      const message = `${url.pathname} takes ${methods.join(", ")}, not ${request.method}`;
      const details = { code: "method_not_allowed", headers: { allow: methods.join(", ") } };
      throw new Problem(405, message, details);
    }
    if (this.#context.draining.aborted && !route.isPublic) throw draining();
    // Of the answer to HEAD the socket sends no body, but its length.
    return await handler(exchange, this.#context);
  }
}

function methodsOf({ methods }: Route): string[] {
  const own = Object.keys(methods);
  return [...own, ...(own.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
}

function badAddress(): Problem {
  const message = "the path of the request and its header Host make no address";
  return new Problem(400, message, { code: "invalid_url" });
}

/** Paths may be long, and a client's log should show which one it asked for. */
function unknownPath({ method }: Request, { pathname }: URL): Problem {
  const shown = pathname.length > 80 ? `${pathname.slice(0, 80)}…` : pathname;
  const message = `there is nothing at ${shown} for ${method}`;
  const hint = /\balign/i.test(pathname)
    ? "a recording and its text go to POST /v1/audio/alignments"
    : "recordings go to POST /v1/audio/transcriptions";
  return new Problem(404, `${message}; ${hint}`, { code: "unknown_url" });
}

function draining(): Problem {
  const headers = { "retry-after": "5", connection: "close" };
  return new Problem(503, "the server is ending", { code: "draining", headers });
}

function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  response.headers.set("x-content-type-options", "nosniff");
  return response;
}
