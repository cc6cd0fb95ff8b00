// This folder: the engine's side; all of it runs on the engine's thread, where models live, so that
// the caller's thread is never kept waiting.

import { parentPort } from "node:worker_threads";
import type { Block } from "../../audio/blocks.ts";
import { AsrError } from "../../contract/errors.ts";
import type { BlockingRequest, CallName, EngineReply, EngineRequest } from "../protocol.ts";
import { fromWire, toWire } from "../wire-error.ts";
import { type CallContext, handlers } from "./calls.ts";

interface Call {
  /** Values on request, and at last the result. */
  running: AsyncIterator<unknown, unknown, undefined>;
  abort: AbortController;
  /** Who waits for the next block of input. */
  block: PromiseWithResolvers<Block | undefined> | undefined;
}

const calls = new Map<number, Call>();

/** Callers that sleep until these are set. */
const sleepers = new Set<Int32Array>();

function wake(flag: Int32Array): void {
  sleepers.delete(flag);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
}

// They would sleep for ever.
process.on("exit", () => sleepers.forEach(wake));

parentPort?.on("message", (request: EngineRequest) => {
  if (request.type === "call") return start(request.id, request.name, request.argument);
  if (request.type === "blocking") return void runBlocking(request);
  const call = calls.get(request.id);
  if (call === undefined) return undefined;
  switch (request.type) {
    case "next":
      return void next(request.id, call);
    case "abort":
      return call.abort.abort(new AsrError("aborted", "aborted"));
    case "block":
      if (request.error === undefined) call.block?.resolve(request.block);
      else call.block?.reject(fromWire(request.error));
      call.block = undefined;
  }
});

function reply(message: EngineReply): void {
  parentPort?.postMessage(message);
}

function start(id: number, name: CallName, argument: object): void {
  const abort = new AbortController();
  const call: Call = {
    abort,
    block: undefined,
    running: run(name, argument, {
      signal: abort.signal,
      progress: (progress) => reply({ type: "progress", id, progress }),
      nextBlock: () => {
        abort.signal.throwIfAborted();
        call.block = Promise.withResolvers();
        reply({ type: "want", id });
        return call.block.promise;
      },
    }),
  };
  // One listener for all blocks: one for each would keep every block until the call ends.
  abort.signal.addEventListener("abort", () => call.block?.reject(abort.signal.reason));
  calls.set(id, call);
}

function run(name: CallName, argument: object, context: CallContext): Call["running"] {
  // The protocol's types pair names with arguments; a message has lost that.
  const handler = handlers[name] as (
    argument: object,
    context: CallContext,
  ) => Promise<unknown> | Call["running"];
  try {
    const started = handler(argument, context);
    if (!(started instanceof Promise)) return started;
    // It is looked at when the caller asks for it.
    started.catch(() => undefined);
    return { next: async () => ({ done: true, value: await started }) };
  } catch (error) {
    return { next: () => Promise.reject(error) };
  }
}

async function next(id: number, call: Call): Promise<void> {
  try {
    const { value, done = false } = await call.running.next();
    if (done) calls.delete(id);
    reply({ type: "value", id, value, done });
  } catch (error) {
    calls.delete(id);
    reply({ type: "error", id, error: toWire(error) });
  }
}

async function runBlocking({ name, argument, content, port, flag }: BlockingRequest) {
  const blocks = [content];
  sleepers.add(flag);
  try {
    const running = run(name, argument, {
      signal: new AbortController().signal,
      progress: () => undefined,
      nextBlock: async () => blocks.pop(),
    });
    let step = await running.next();
    while (!step.done) step = await running.next();
    port.postMessage({ value: step.value });
  } catch (error) {
    port.postMessage({ error: toWire(error) });
  }
  wake(flag);
}
