/** How a stream of events is kept alive, and for how long one waits for who does not read it. */
export interface EventStreamOptions {
  /** Most bytes that wait for a client that does not read; then it is let go. */
  maxUnreadBytes: number;
  /** Called once when the client leaves, or is let go. */
  onLeave: () => void;
  /** After so long without an event a comment is sent, in milliseconds. */
  quietMs?: number;
}

/** Well below the 15 to 60 seconds after which proxies and clients take a silent line for dead. */
const defaultQuietMs = 10_000;

const headers = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  // Some proxies keep what they pass on until they have much of it.
  "x-accel-buffering": "no",
};

/** Server-sent events: the body of an answer that is written while work goes on. */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    const source = {
      start: (controller: ReadableStreamDefaultController<Uint8Array>) => {
        this.#controller = controller;
      },
      cancel: () => this.#leave(),
    };
    const size = (chunk: Uint8Array | undefined) => chunk?.byteLength ?? 0;
    this.#body = new ReadableStream(source, { highWaterMark: options.maxUnreadBytes, size });
    this.#keepAlive();
  }

  /** The answer whose body it is. */
  response(more: Readonly<Record<string, string>> = {}): Response {
    return new Response(this.#body, { headers: { ...headers, ...more } });
  }

  /** Sends an event. Some clients go by the line `event:`, others by `type` in its data. */
  send(event: { readonly type: string }): void {
    this.#write(eventText(event.type, event));
  }

  /** Sends the last event and OpenAI's word for the end. */
  finish(event: { readonly type: string }): void {
    this.#write(`${eventText(event.type, event)}data: [DONE]\n\n`);
    this.#close();
  }

  /** Tells of an error, without that word: what came before is not the whole. */
  fail(body: { readonly error: object }): void {
    this.#write(eventText("error", body));
    this.#close();
  }

  #write(text: string): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    // What waits already counts, not this: the last event alone may be larger than the bound.
    if ((controller.desiredSize ?? 0) < 0) {
      this.#leave();
      // Closes the connection: what waits is of no use to a client that is so far behind.
      controller.error();
      return;
    }
    controller.enqueue(Buffer.from(text));
    this.#keepAlive();
  }

  #keepAlive(): void {
    clearTimeout(this.#timer);
    const { quietMs = defaultQuietMs } = this.#options;
    this.#timer = setTimeout(() => this.#write(": still at work\n\n"), quietMs);
  }

  #close(): void {
    this.#controller?.close();
    this.#end();
  }

  #leave(): void {
    if (this.#controller === undefined) return;
    this.#end();
    this.#options.onLeave();
  }

  #end(): void {
    this.#controller = undefined;
    clearTimeout(this.#timer);
  }
}

/** JSON has no line ends of its own, so one line holds the data. */
function eventText(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
