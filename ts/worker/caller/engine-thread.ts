// This folder: the caller's side; all of it runs on the thread that called.

import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import type { Block } from "../../audio/blocks.ts";
import { tidyTemporaryFolders } from "../../audio/files/temporary.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import { engineEntry } from "../../native/locate.ts";
import { doctorHint } from "../../native/program.ts";
import type { CallName, Calls, EngineReply, EngineRequest } from "../protocol.ts";
import { fromWire, type WireError } from "../wire-error.ts";
import { Call, type CallExtras, type CallThread, type Prepared } from "./call.ts";

/** This side of the engine's thread. There is one for all models: they share one pool of cores. */
export class EngineThread {
  readonly #worker: Worker;
  /** The calls that are under way. */
  readonly #calls = new Map<number, Call>();
  #started = 0;
  /** How many calls wait for a value. */
  #waiting = 0;
  #failure: AsrError | undefined;
  readonly #forCalls: CallThread = {
    start: (id, call, name, argument) => {
      if (this.#failure !== undefined) throw this.#failure;
      // The protocol's types pair names with arguments; here that is lost.
      this.#send({ type: "call", id, name, argument } as EngineRequest);
      this.#calls.set(id, call);
    },
    end: (id) => this.#calls.delete(id),
    send: (request, transfer) => this.#worker.postMessage(request, transfer),
    keepAlive: () => {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#waiting++ === 0) this.#worker.ref();
      return {
        [Symbol.dispose]: () => {
          if (--this.#waiting === 0) this.#worker.unref();
        },
      };
    },
  };

  constructor(script = engineEntry()) {
    this.#worker = new Worker(script);
    tidyTemporaryFolders();
    this.#worker.on("message", (reply: EngineReply) => {
      this.#calls.get(reply.id)?.receive(reply);
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

  /** A call and its values, see `Call.values`. */
  call<Name extends CallName>(
    name: Name,
    prepare: () => Prepared<Name>,
  ): AsyncGenerator<Calls[Name]["value"], Calls[Name]["result"], undefined> {
    return new Call(++this.#started, this.#forCalls).values(name, prepare);
  }

  /** A call without values on the way. */
  async result<Name extends CallName>(
    name: Name,
    argument: Calls[Name]["argument"],
    extras: CallExtras = {},
  ): Promise<Calls[Name]["result"]> {
    const call = this.call(name, () => ({ argument, extras }));
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

  #send(request: EngineRequest, transfer: (ArrayBuffer | MessagePort)[] = []): void {
    try {
      this.#worker.postMessage(request, transfer);
    } catch (error) {
      const message = `the options cannot be sent to another thread: ${messageOf(error)}`;
      throw new AsrError("usage", message, "pass plain data", { cause: error });
    }
  }

  #fail(why: string): AsrError {
    const hint = `load it again; ${doctorHint}`;
    this.#failure ??= new AsrError("native", `the engine's thread failed: ${why}`, hint);
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
