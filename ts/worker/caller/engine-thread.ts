import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import type { Block } from "../../audio/blocks.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import type { Answer, CallName, Calls, Request } from "../protocol.ts";
import { fromWire, type WireError } from "../wire-error.ts";
import { Call, type CallExtras, type Step } from "./call.ts";

/** This side of the engine's thread. There is one for all models: they share one pool of cores. */
export class EngineThread {
  readonly #worker: Worker;
  /** The calls that are under way. */
  readonly #calls = new Map<number, Call>();
  #started = 0;
  /** How many calls wait for a value. */
  #waiting = 0;
  #failure: AsrError | undefined;

  constructor(script = new URL("../engine/main.ts", import.meta.url)) {
    this.#worker = new Worker(script);
    this.#worker.on("message", (answer: Answer) => {
      this.#calls.get(answer.id)?.receive(answer);
    });
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
    const { signal } = extras;
    const id = ++this.#started;
    const call = new Call(id, extras, this.#worker);
    const onAbort = () => call.abort();
    let isOver = true;
    try {
      signal?.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure;
      this.#send({ type: "call", id, name, argument } as Request);
      this.#calls.set(id, call);
      signal?.addEventListener("abort", onAbort);
      isOver = false;
      for (;;) {
        const step = await this.#next(call);
        isOver = step.done;
        if ("failure" in step) throw step.failure;
        // What the other side sends is what the protocol's types say.
        if (step.done) return step.value as Calls[Name]["result"];
        yield step.value as Calls[Name]["value"];
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      call.close();
      if (!isOver) await this.#abandon(call);
      this.#calls.delete(id);
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

  /** A call for which this thread sleeps; `content` is its input, where that is no path. */
  blocking<Name extends CallName>(
    name: Name,
    argument: Calls[Name]["argument"],
    content?: Block,
  ): Calls[Name]["result"] {
    if (this.#failure !== undefined) throw this.#failure;
    const { port1, port2 } = new MessageChannel();
    const flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const transfer = content === undefined ? [port2] : [port2, content.buffer];
    this.#send({ type: "blocking", name, argument, content, port: port2, flag }, transfer);
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

  /**
   * Asks for the next value. While any call waits for one, the thread keeps the program alive;
   * between two values it is for the reader to do so.
   */
  async #next(call: Call): Promise<Step> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#waiting++ === 0) this.#worker.ref();
    try {
      return await call.next();
    } finally {
      if (--this.#waiting === 0) this.#worker.unref();
    }
  }

  /** The caller stopped asking: the other side stops, too. */
  async #abandon(call: Call): Promise<void> {
    if (this.#failure !== undefined) return;
    call.abort();
    let isOver = false;
    while (!isOver) isOver = (await this.#next(call).catch(() => ({ done: true }))).done;
  }

  #fail(why: string): AsrError {
    this.#failure ??= new AsrError("native", `the engine's thread failed: ${why}`, "load it again");
    for (const call of this.#calls.values()) call.fail(this.#failure);
    return this.#failure;
  }
}

let thread: EngineThread | undefined;

/** The engine's thread, which is started at the first call, and anew when it failed. */
export function engineThread(): EngineThread {
  if (thread === undefined || thread.failed) thread = new EngineThread();
  return thread;
}
