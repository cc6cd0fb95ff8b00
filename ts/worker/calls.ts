import { Engine } from "../engine/engine.ts";
import { recordingOptions } from "../engine/recording-options.ts";
import { streamChunks } from "../engine/stream-chunks.ts";
import { streamLive } from "../engine/stream-live.ts";
import { transcribeRecording } from "../engine/transcribe-recording.ts";
import { AsrError } from "../errors.ts";
import { resolveModel } from "../hub/resolve.ts";
import type { Progress } from "../options.ts";
import { isStream, type NextBlock, openWireInput } from "./feed.ts";
import type { CallName, Calls } from "./protocol.ts";

/** What a call has besides its argument. */
export interface CallContext {
  signal: AbortSignal;
  progress: (progress: Progress) => void;
  nextBlock: NextBlock;
}

type Handlers = {
  [Name in CallName]: (
    argument: Calls[Name]["argument"],
    context: CallContext,
  ) => [Calls[Name]["value"]] extends [never]
    ? Promise<Calls[Name]["result"]>
    : AsyncGenerator<Calls[Name]["value"], Calls[Name]["result"], undefined>;
};

interface Open {
  engine: Engine;
  /** Stops the calls that are under way when it is closed. */
  closing: AbortController;
  running: Set<Promise<void>>;
}

const engines = new Map<number, Open>();
let opened = 0;

/** The calls, as they are done on the engine's thread. */
export const handlers: Handlers = {
  async load({ model, hub, options }, { signal, progress }) {
    const folder = await resolveModel(model, { ...hub, signal, onProgress: progress });
    progress({ phase: "load", done: 0, total: undefined });
    const engine = await Engine.open(folder, options);
    engines.set(++opened, { engine, closing: new AbortController(), running: new Set() });
    return { engine: opened, info: engine.model.info };
  },

  async transcribe({ engine: number, input, options }, { signal, progress, nextBlock }) {
    const open = openEngine(number);
    using job = jobOf(open, signal);
    const ready = recordingOptions(open.engine, options);
    const audio = () => openWireInput(input, nextBlock);
    return await transcribeRecording(open.engine, audio, ready, job.signal, {
      onProgress: decoding(progress),
    });
  },

  async *stream({ engine: number, input, options }, { signal, progress, nextBlock }) {
    const open = openEngine(number);
    using job = jobOf(open, signal);
    const ready = recordingOptions(open.engine, options);
    const { live = isStream(input), stepSeconds } = options;
    const audio = () => openWireInput(input, nextBlock, live);
    const tell = decoding(progress);
    if (!live) return yield* streamChunks(open.engine, audio, ready, job.signal, tell);
    return yield* streamLive(open.engine, audio, { ...ready, stepSeconds }, job.signal, tell);
  },

  async close({ engine: number }) {
    const open = engines.get(number);
    if (open === undefined) return undefined;
    engines.delete(number);
    open.closing.abort(closed());
    await Promise.all(open.running);
    open.engine[Symbol.dispose]();
    return undefined;
  },
};

function decoding(progress: CallContext["progress"]) {
  return (done: number, total: number | undefined) => progress({ phase: "decode", done, total });
}

function closed(): AsrError {
  return new AsrError("usage", "this Asr is closed");
}

function openEngine(number: number): Open {
  const open = engines.get(number);
  if (open === undefined) throw closed();
  return open;
}

/** A call under way on an engine: it ends when its caller aborts it or the engine is closed. */
function jobOf(open: Open, signal: AbortSignal): { signal: AbortSignal } & Disposable {
  const { promise, resolve } = Promise.withResolvers<void>();
  open.running.add(promise);
  return {
    signal: AbortSignal.any([signal, open.closing.signal]),
    [Symbol.dispose]: () => {
      open.running.delete(promise);
      resolve();
    },
  };
}
