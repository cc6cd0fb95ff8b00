import { closeBlocks, type InputBlocks } from "../../audio/blocks.ts";
import { aborted } from "../../contract/aborted.ts";
import type { Progress } from "../../contract/options.ts";
import type { CallName, Calls, EngineReply, EngineRequest } from "../protocol.ts";
import { fromWire, toWire, type WireError } from "../wire-error.ts";

/** What a call can have besides its argument. */
export interface CallExtras {
  /** The bytes of an input that this thread holds. */
  content?: InputBlocks | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a call is made of. */
export interface Prepared<Name extends CallName> {
  argument: Calls[Name]["argument"];
  extras?: CallExtras | undefined;
}

/** A value of a call; the last one is its result. Or why the call failed. */
type Step = { value: unknown; done: boolean } | { failure: unknown; done: boolean };

/** The engine's thread, as its calls see it. */
export interface CallThread {
  /** Sends the start of a call. Throws AsrError when it cannot, or the thread is no more. */
  start(id: number, call: Call, name: CallName, argument: object): void;
  /** The call gets no more replies. */
  end(id: number): void;
  /** Sends what belongs to a call that was started. */
  send(request: EngineRequest, transfer?: ArrayBuffer[]): void;
  /**
   * Keeps the program alive until what this returns is disposed of. Throws when the thread is no
   * more.
   */
  keepAlive(): Disposable;
}

/**
 * A call, from its start to its last value. It answers the engine and hears of its progress whether
 * a value is waited for or not, so its reader may pause for as long as it likes.
 */
export class Call {
  readonly #id: number;
  #extras: CallExtras = {};
  readonly #thread: CallThread;
  /** Who waits for the next value. */
  #waiting: PromiseWithResolvers<Step> | undefined;
  /** What the caller's own callback threw. */
  #thrown: { error: unknown } | undefined;
  #isClosed = false;

  constructor(id: number, thread: CallThread) {
    this.#id = id;
    this.#thread = thread;
  }

  /**
   * Starts the call when its first value is asked for, as `prepare` says then, and gives one value
   * after the other.
   */
  async *values<Name extends CallName>(
    name: Name,
    prepare: () => Prepared<Name>,
  ): AsyncGenerator<Calls[Name]["value"], Calls[Name]["result"], undefined> {
    const { argument, extras = {} } = prepare();
    this.#extras = extras;
    const { signal } = extras;
    const onAbort = () => this.#abort();
    let isOver = true;
    try {
      signal?.throwIfAborted();
      this.#thread.start(this.#id, this, name, argument);
      signal?.addEventListener("abort", onAbort);
      isOver = false;
      for (;;) {
        const step = await this.#next();
        isOver = step.done;
        if ("failure" in step) throw step.failure;
        // What the other side sends is what the protocol's types say.
        if (step.done) return step.value as Calls[Name]["result"];
        yield step.value as Calls[Name]["value"];
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#close();
      if (!isOver) await this.#abandon();
      this.#thread.end(this.#id);
    }
  }

  /**
   * Asks for the next value. Meanwhile the program is kept alive; between two values it is for the
   * reader to do so.
   */
  async #next(): Promise<Step> {
    using _alive = this.#thread.keepAlive();
    this.#waiting = Promise.withResolvers();
    this.#thread.send({ type: "next", id: this.#id });
    return await this.#waiting.promise;
  }

  /** Tells the engine to stop; the next value is the failure that this makes of the call. */
  #abort(): void {
    this.#thread.send({ type: "abort", id: this.#id });
  }

  /** Stops reading the input and telling of progress: nobody reads the call's values any more. */
  #close(): void {
    this.#isClosed = true;
    if (this.#extras.content !== undefined) closeBlocks(this.#extras.content);
  }

  /** The caller stopped asking: the other side stops, too. */
  async #abandon(): Promise<void> {
    this.#abort();
    let isOver = false;
    while (!isOver) isOver = (await this.#next().catch(() => ({ done: true }))).done;
  }

  /** Takes what the engine says of this call. */
  receive(reply: EngineReply): void {
    switch (reply.type) {
      case "value":
        this.#settle(reply);
        break;
      case "error":
        this.#settle({ failure: failureOf(reply.error, this.#extras.signal), done: true });
        break;
      case "progress":
        this.#report(reply.progress);
        break;
      case "want":
        void this.#feed();
    }
  }

  /** The engine's thread is no more. */
  fail(error: unknown): void {
    this.#waiting?.reject(error);
  }

  #settle(step: Step): void {
    const { done } = step;
    this.#waiting?.resolve(this.#thrown ? { failure: this.#thrown.error, done } : step);
  }

  #report(progress: Progress): void {
    if (this.#isClosed || this.#thrown !== undefined) return;
    try {
      this.#extras.onProgress?.(progress);
    } catch (error) {
      this.#thrown = { error };
      this.#abort();
    }
  }

  async #feed(): Promise<void> {
    const message = { type: "block", id: this.#id } as const;
    try {
      const { value: block } = (await this.#extras.content?.blocks.next()) ?? {};
      if (this.#isClosed) return;
      this.#thread.send({ ...message, block }, block === undefined ? [] : [block.buffer]);
    } catch (error) {
      if (this.#isClosed) return;
      this.#thread.send({ ...message, block: undefined, error: toWire(error) });
    }
  }
}

/** What the caller gets to see of an error; an abort is its own signal's. */
function failureOf(error: WireError, signal: AbortSignal | undefined): unknown {
  const isAbort = error.code === "aborted" && signal?.aborted === true;
  return isAbort ? aborted(signal.reason, error.partial) : fromWire(error);
}
