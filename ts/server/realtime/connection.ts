import { Problem } from "../http/problem.ts";
import type { SocketData } from "../http/route.ts";
import type { ServerContext } from "../service/service.ts";
import { errorOf, newId, type ServerEvent } from "./server-events.ts";
import { Session } from "./session.ts";
import type { Dialect } from "./session-object.ts";

/** In seconds. */
const maxSessionSeconds = 24 * 3600;
/** So many of the largest messages may wait their turn, as when a whole recording is sent. */
const maxWaitingMessages = 3;

/** Codes of closing (RFC 6455). */
const closeCodes = { normal: 1000, goingAway: 1001, policy: 1008 } as const;

/** How a client connects. */
export interface ConnectionOptions {
  server: ServerContext;
  /** The model that it asked for in the address, if it did. */
  model: string | undefined;
  dialect: Dialect;
  onClose: () => void;
}

/** A socket: messages are taken one after the other, and the client is told what comes of them. */
export class Connection implements SocketData {
  readonly #server: ServerContext;
  readonly #onClose: () => void;
  readonly #session: Session;
  readonly #abort = new AbortController();
  #socket: Bun.ServerWebSocket<SocketData> | undefined;
  readonly #messages: (string | Buffer)[] = [];
  #waitingBytes = 0;
  /** The work on the messages that came. */
  #working: Promise<void> | undefined;
  /** Whether nothing that comes is taken any more. */
  #isEnding = false;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ server, model, dialect, onClose }: ConnectionOptions) {
    this.#server = server;
    this.#onClose = onClose;
    this.#session = new Session({
      server,
      model,
      dialect,
      expiresAt: Math.floor(Date.now() / 1000) + maxSessionSeconds,
      send: (event) => this.#send(event),
      signal: this.#abort.signal,
    });
  }

  open(socket: Bun.ServerWebSocket<SocketData>): void {
    this.#socket = socket;
    this.#server.closing.addEventListener("abort", this.#onClosing);
    this.#server.draining.addEventListener("abort", this.#onDraining);
    this.#timer = setTimeout(this.#onExpired, maxSessionSeconds * 1000);
    this.#timer.unref();
    this.#session.greet();
    if (this.#server.draining.aborted) this.#onDraining();
  }

  message(message: string | Buffer): void {
    if (this.#isEnding) return;
    this.#waitingBytes += message.length;
    if (this.#waitingBytes > maxWaitingMessages * this.#server.limits.maxMessageBytes) {
      const why = "sound comes faster than it can be heard: send it as it is spoken";
      this.#refuse(new Problem(429, why, { code: "rate_limit_exceeded" }));
      return;
    }
    this.#messages.push(message);
    this.#working ??= this.#work();
  }

  drain(): void {
    // Whoever reads too slowly has been let go before.
  }

  close(): void {
    this.#isEnding = true;
    this.#isClosed = true;
    this.#messages.length = 0;
    clearTimeout(this.#timer);
    this.#server.closing.removeEventListener("abort", this.#onClosing);
    this.#server.draining.removeEventListener("abort", this.#onDraining);
    this.#abort.abort();
    this.#onClose();
  }

  async #work(): Promise<void> {
    for (let next = this.#messages.shift(); next !== undefined; next = this.#messages.shift()) {
      await this.#session.take(next);
      this.#waitingBytes -= next.length;
    }
    this.#working = undefined;
  }

  #send(event: ServerEvent): void {
    const socket = this.#socket;
    if (socket === undefined || this.#isClosed) return;
    const text = JSON.stringify({ event_id: newId("event"), ...event });
    const isRead = socket.getBufferedAmount() <= this.#server.limits.maxUnreadBytes;
    // Bun closes such a connection only at times, and leaves out what it should have sent.
    if (!isRead || socket.send(text) === 0) socket.terminate();
  }

  #refuse(problem: Problem): void {
    this.#send({ type: "error", error: { ...errorOf(problem), event_id: null } });
    this.#isEnding = true;
    this.#socket?.close(closeCodes.policy, problem.message);
  }

  readonly #onClosing = () => {
    this.#abort.abort();
    this.#socket?.close(closeCodes.goingAway, "the server ends");
  };

  readonly #onDraining = () => {
    const problem = new Problem(503, "the server ends", { code: "server_shutting_down" });
    void this.#end(problem, closeCodes.goingAway);
  };

  readonly #onExpired = () => {
    const hours = maxSessionSeconds / 3600;
    const message = `Your session hit the maximum duration of ${hours} hours.`;
    void this.#end(new Problem(400, message, { code: "session_expired" }), closeCodes.normal);
  };

  /** Takes no more messages, has everything written that was said, and says why it ends. */
  async #end(problem: Problem, code: number): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    await this.#working;
    await this.#session.finish();
    this.#send({ type: "error", error: { ...errorOf(problem), event_id: null } });
    this.#socket?.close(code, problem.message);
  }
}
