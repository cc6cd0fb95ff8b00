import { closeBlocks, type InputBlocks } from "../../audio/blocks.ts";
import { aborted } from "../../contract/aborted.ts";
import type { Progress } from "../../contract/options.ts";
import type { Answer, Request } from "../protocol.ts";
import { fromWire, toWire, type WireError } from "../wire-error.ts";

/** What a call can have besides its argument. */
export interface CallExtras {
  /** The bytes of an input that this thread holds. */
  content?: InputBlocks | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A value of a call; the last one is its result. Or why the call failed. */
export type Step = { value: unknown; done: boolean } | { failure: unknown; done: boolean };

/** Where the engine's thread listens. */
interface Port {
  postMessage(request: Request, transfer?: ArrayBuffer[]): void;
}

/**
 * A call, from its start to its last value. It answers the engine and hears of its progress whether
 * a value is waited for or not, so its reader may pause for as long as it likes.
 */
export class Call {
  readonly #id: number;
  readonly #extras: CallExtras;
  readonly #port: Port;
  /** Who waits for the next value. */
  #waiting: PromiseWithResolvers<Step> | undefined;
  /** What the caller's own callback threw. */
  #thrown: { error: unknown } | undefined;
  #isClosed = false;

  constructor(id: number, extras: CallExtras, port: Port) {
    this.#id = id;
    this.#extras = extras;
    this.#port = port;
  }

  /** Asks for the next value. */
  next(): Promise<Step> {
    this.#waiting = Promise.withResolvers();
    this.#port.postMessage({ type: "next", id: this.#id });
    return this.#waiting.promise;
  }

  /** Tells the engine to stop; the next value is the failure that this makes of the call. */
  abort(): void {
    this.#port.postMessage({ type: "abort", id: this.#id });
  }

  /** Stops reading the input and telling of progress: nobody reads the call's values any more. */
  close(): void {
    this.#isClosed = true;
    if (this.#extras.content !== undefined) closeBlocks(this.#extras.content);
  }

  /** Takes what the engine says of this call. */
  receive(answer: Answer): void {
    switch (answer.type) {
      case "value":
        this.#settle(answer);
        break;
      case "error":
        this.#settle({ failure: failureOf(answer.error, this.#extras.signal), done: true });
        break;
      case "progress":
        this.#report(answer.progress);
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
      this.abort();
    }
  }

  async #feed(): Promise<void> {
    const answer = { type: "block", id: this.#id } as const;
    try {
      const { value: block } = (await this.#extras.content?.blocks.next()) ?? {};
      if (this.#isClosed) return;
      this.#port.postMessage({ ...answer, block }, block === undefined ? [] : [block.buffer]);
    } catch (error) {
      if (!this.#isClosed)
        this.#port.postMessage({ ...answer, block: undefined, error: toWire(error) });
    }
  }
}

/** What the caller gets to see of an error; an abort is its own signal's. */
function failureOf(error: WireError, signal: AbortSignal | undefined): unknown {
  const isAbort = error.code === "aborted" && signal?.aborted === true;
  return isAbort ? aborted(signal.reason, error.partial) : fromWire(error);
}
