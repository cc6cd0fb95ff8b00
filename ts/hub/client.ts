import { AsrError, messageOf } from "../contract/errors.ts";
import { byteText } from "../text/sizes.ts";
import { refusal, webPage } from "./refusals.ts";
import { Fault, type RetryContext } from "./retries.ts";
import { type HubSettings, isInTheOpen } from "./settings.ts";
import type { Tuning } from "./tuning.ts";

const maxRedirects = 8;

/** What the hub sent, read within the bounds of silence; dispose it to close the connection. */
export interface HubResponse extends Disposable {
  status: number;
  headers: Headers;
  /** The ETag that the hub itself gave, before it redirected to where the bytes lie. */
  etag: string | undefined;
  chunks(): AsyncGenerator<Uint8Array>;
}

/** Requests to one hub. Every failure that may pass is a `Fault`, every other one an AsrError. */
export class HubClient implements RetryContext {
  readonly settings: HubSettings;
  readonly tuning: Tuning;
  readonly #onNote: (note: string) => void;
  readonly #told = new Set<string>();

  constructor(settings: HubSettings, tuning: Tuning, onNote: (note: string) => void = () => {}) {
    this.settings = settings;
    this.tuning = tuning;
    this.#onNote = onNote;
  }

  /** Hands on what a person should hear, each sentence once: connections fail together. */
  tell(note: string): void {
    if (this.#told.has(note)) return;
    this.#told.add(note);
    this.#onNote(note);
  }

  /**
   * Gets a path of the hub; `what` is its name in messages. Redirects are followed here, because
   * the token may go to the hub's own address and to no other.
   */
  async get(
    path: string,
    what: string,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HubResponse> {
    const { endpoint, token } = this.settings;
    const home = new URL(endpoint).origin;
    if (isInTheOpen(this.settings)) {
      this.tell(`HF_ENDPOINT is not https: the token goes to ${home} for everyone to read`);
    }
    let url = new URL(endpoint + path);
    let etag: string | undefined;
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const own = url.origin === home;
      const response = await this.#send(url, what, signal, {
        ...headers,
        "accept-encoding": "identity",
        "user-agent": "bun-asr",
        ...(own && token !== undefined ? { authorization: `Bearer ${token}` } : {}),
      });
      if (own) etag ??= contentHash(response.headers);
      const isPage = /^text\/html\b/.test(response.headers.get("content-type") ?? "");
      if ((response.status === 200 || response.status === 206) && !isPage) {
        return { ...response, etag };
      }
      response[Symbol.dispose]();
      if (response.status === 200) throw webPage(url, what);
      const location = response.headers.get("location");
      if (response.status < 300 || response.status > 399 || location === null) {
        throw refusal(response, what, own ? undefined : url.host, this.settings);
      }
      url = redirected(url, location, what);
    }
    throw strayed(what, "in a circle");
  }

  async #send(
    url: URL,
    what: string,
    signal: AbortSignal,
    headers: Record<string, string>,
  ): Promise<Omit<HubResponse, "etag">> {
    signal.throwIfAborted();
    const connection = new Connection(what, signal, this.tuning);
    try {
      const options = { headers, redirect: "manual", signal: connection.signal } as const;
      const response = await fetch(url, { ...options, decompress: false });
      connection.heard();
      return {
        status: response.status,
        headers: response.headers,
        chunks: () => connection.chunks(response),
        [Symbol.dispose]: () => connection.close(),
      };
    } catch (error) {
      connection.close();
      throw connection.failure(error, true);
    }
  }
}

/** One request: ended by the caller's signal, by silence, or by its user. */
class Connection {
  readonly #what: string;
  readonly #outer: AbortSignal;
  readonly #tuning: Tuning;
  readonly #controller = new AbortController();
  readonly #abort = () => this.#controller.abort();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silentMs: number | undefined;

  constructor(what: string, outer: AbortSignal, tuning: Tuning) {
    this.#what = what;
    this.#outer = outer;
    this.#tuning = tuning;
    outer.addEventListener("abort", this.#abort, { once: true });
    this.#expect(tuning.answerMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts to wait for the next sign of life. */
  heard(): void {
    this.#expect(this.#tuning.stallMs);
  }

  #expect(withinMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#silentMs = withinMs;
      this.#controller.abort();
    }, withinMs);
  }

  async *chunks(response: Response): AsyncGenerator<Uint8Array> {
    if (response.body === null) return;
    let [waitedMs, bytes, since] = [0, 0, performance.now()];
    try {
      for await (const chunk of response.body) {
        this.heard();
        waitedMs += performance.now() - since;
        bytes += chunk.length;
        if (waitedMs >= this.#tuning.stallMs) {
          this.#checkPace(bytes, waitedMs / 1000);
          [waitedMs, bytes] = [0, 0];
        }
        yield chunk;
        // The time that the reader took is not the hub's silence.
        this.heard();
        since = performance.now();
      }
    } catch (error) {
      throw this.failure(error, false);
    }
  }

  #checkPace(bytes: number, seconds: number): void {
    if (bytes >= this.#tuning.minBytesPerSecond * seconds) return;
    const pace = `only ${byteText(bytes)} in ${Math.round(seconds)} s`;
    throw new Fault(`${this.#what}: the connection is too slow: ${pace}`);
  }

  failure(error: unknown, beforeAnswer: boolean): unknown {
    if (this.#outer.aborted) return this.#outer.reason;
    if (error instanceof Fault) return error;
    const isCode = error instanceof Error && "code" in error;
    const why =
      this.#silentMs !== undefined
        ? `no byte for ${this.#silentMs / 1000} s`
        : `the connection failed: ${isCode ? error.code : messageOf(error)}`;
    const isUnreachable = beforeAnswer && !why.includes("ECONNRESET");
    return new Fault(`${this.#what}: ${why}`, isUnreachable ? { unreachable: why } : {});
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#abort);
    this.#controller.abort();
  }
}

/** A hash that names the content: git's SHA-1, or the SHA-256 of a large file. */
function contentHash(headers: Headers): string | undefined {
  const tag = headers.get("x-linked-etag") ?? headers.get("etag") ?? "";
  return /^(?:W\/)?"?([0-9a-f]{40}|[0-9a-f]{64})"?$/.exec(tag)?.[1];
}

function redirected(from: URL, location: string, what: string): URL {
  const to = URL.parse(location, from.href);
  if (to === null || !/^https?:$/.test(to.protocol)) throw strayed(what, "to no web address");
  if (from.protocol === "https:" && to.protocol === "http:") {
    throw strayed(what, "from https to http");
  }
  return to;
}

/** The error for a redirect that is not followed: the next answer would be the same. */
function strayed(what: string, where: string): AsrError {
  const hint = "check HF_ENDPOINT and the proxy";
  return new AsrError("model", `${what}: the hub redirects ${where}`, hint);
}
