import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import { aborted } from "../../contract/aborted.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import type { Progress } from "../../contract/options.ts";
import { engineEntry } from "../../native/locate.ts";
import type { Answer, CallName, Calls, Request } from "../protocol.ts";
import { fromWire, toWire, type WireError } from "../wire-error.ts";
import type { Source } from "./source.ts";

/** What a call can have besides its argument. */
export interface CallExtras {
  /** Gives the blocks of an input that this thread holds. */
  source?: Source | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A value of a call; the last one is its result, or why it failed. */
type Step = { value: unknown; done: boolean } | { failure: { error: unknown }; done: true };

interface Pending {
  extras: CallExtras;
  resolve: (step: Step) => void;
  reject: (error: unknown) => void;
}

/** This side of the engine's thread. There is one for all models: they share one pool of cores. */
export class EngineThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #failure: AsrError | undefined;

  constructor(script = engineEntry) {
    this.#worker = new Worker(script);
    this.#worker.on("message", (answer: Answer) => this.#receive(answer));
    this.#worker.on("error", (error) => this.#fail(messageOf(error)));
    this.#worker.on("exit", () => this.#fail("it ended"));
    // It must not keep a program alive that has nothing to wait for.
    this.#worker.unref();
  }

  /** Whether it is no more; what was opened on it is lost. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Starts a call; the generator asks for one value after the other. */
  async *call<Name extends CallName>(
    name: Name,
    argument: Calls[Name]["argument"],
    extras: CallExtras = {},
  ): AsyncGenerator<Calls[Name]["value"], Calls[Name]["result"], undefined> {
    const { signal, source } = extras;
    const id = ++this.#calls;
    const onAbort = () => this.#send({ type: "abort", id });
    let isOver = true;
    try {
      signal?.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure;
      this.#send({ type: "call", id, name, argument } as Request);
      signal?.addEventListener("abort", onAbort);
      isOver = false;
      for (;;) {
        const step = await this.#next(id, extras);
        isOver = step.done;
        if ("failure" in step) throw step.failure.error;
        // What the other side sends is what the protocol's types say.
        if (step.done) return step.value as Calls[Name]["result"];
        yield step.value as Calls[Name]["value"];
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      if (!isOver) await this.#abandon(id);
      await source?.close();
    }
  }

  /** A call without values on the way. */
  async result<Name extends CallName>(
    name: Name,
    argument: Calls[Name]["argument"],
    extras: CallExtras = {},
  ): Promise<Calls[Name]["result"]> {
    const call = this.call(name, argument, extras);
    for (;;) {
      const step = await call.next();
      if (step.done) return step.value;
    }
  }

  /** A call for which this thread sleeps. */
  blocking<Name extends CallName>(
    name: Name,
    argument: Calls[Name]["argument"],
  ): Calls[Name]["result"] {
    if (this.#failure !== undefined) throw this.#failure;
    const { port1, port2 } = new MessageChannel();
    const flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    this.#send({ type: "blocking", name, argument, port: port2, flag }, [port2]);
    Atomics.wait(flag, 0, 0);
    const received: { message?: { value?: unknown; error?: WireError } } | undefined =
      receiveMessageOnPort(port1);
    port1.close();
    if (received?.message === undefined) throw this.#fail("it ended");
    if (received.message.error !== undefined) throw fromWire(received.message.error);
    return received.message.value as Calls[Name]["result"];
  }

  #send(request: Request, transfer: (ArrayBuffer | MessagePort)[] = []): void {
    try {
      this.#worker.postMessage(request, transfer);
    } catch (error) {
      const message = `the options cannot be sent to another thread: ${messageOf(error)}`;
      throw new AsrError("usage", message, "pass plain data", { cause: error });
    }
  }

  /** Asks for the next value. While anything is asked for, the thread keeps the program alive. */
  async #next(id: number, extras: CallExtras): Promise<Step> {
    if (this.#failure !== undefined) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<Step>();
    this.#pending.set(id, { extras, resolve, reject });
    this.#worker.ref();
    this.#send({ type: "next", id });
    try {
      return await promise;
    } finally {
      this.#pending.delete(id);
      if (this.#pending.size === 0) this.#worker.unref();
    }
  }

  /** The caller stopped asking: the other side stops, too. */
  async #abandon(id: number): Promise<void> {
    if (this.#failure !== undefined) return;
    this.#send({ type: "abort", id });
    let isOver = false;
    while (!isOver) isOver = (await this.#next(id, {}).catch(() => ({ done: true }))).done;
  }

  #receive(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    const { extras, resolve, reject } = pending;
    switch (answer.type) {
      case "value":
        resolve(answer);
        break;
      case "progress":
        try {
          extras.onProgress?.(answer.progress);
        } catch (error) {
          reject(error);
        }
        break;
      case "want":
        void this.#feed(answer.id, extras.source);
        break;
      case "error":
        resolve({ failure: { error: thrown(answer.error, extras.signal) }, done: true });
    }
  }

  async #feed(id: number, source: Source | undefined): Promise<void> {
    try {
      const block = await source?.next();
      const transfer = block === undefined ? [] : [block.buffer];
      this.#send({ type: "block", id, block }, transfer);
    } catch (error) {
      this.#send({ type: "block", id, block: undefined, error: toWire(error) });
    }
  }

  #fail(why: string): AsrError {
    this.#failure ??= new AsrError("native", `the engine's thread failed: ${why}`, "load it again");
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    return this.#failure;
  }
}

/** What the caller gets to see of an error; an abort is its own signal's. */
function thrown(error: WireError, signal: AbortSignal | undefined): unknown {
  const isAbort = error.code === "aborted" && signal?.aborted === true;
  return isAbort ? aborted(signal.reason, error.partial) : fromWire(error);
}

let thread: EngineThread | undefined;

/** The engine's thread, which is started at the first call, and anew when it failed. */
export function engineThread(): EngineThread {
  if (thread === undefined || thread.failed) thread = new EngineThread();
  return thread;
}
