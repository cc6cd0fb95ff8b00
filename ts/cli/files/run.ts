// This folder: inputs that a command line names, their runs, and the files that come of them.

import type { AudioInput } from "../../audio/input.ts";
import { AsrError } from "../../contract/errors.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { CallOptions, Progress, StreamOptions } from "../../contract/options.ts";
import type { Transcript } from "../../contract/transcript.ts";
import type { Job } from "./plan.ts";

/** What the command needs of an open model. */
export interface Recognizer extends AsyncDisposable {
  /** Of the checkpoint: quantized modules by bits, and what a person should know of it. */
  readonly info: {
    readonly quantizedModules: Readonly<Record<string, number>>;
    readonly notes: readonly string[];
  };
  stream(input: AudioInput, options: StreamOptions): AsyncIterable<StreamEvent>;
}

/** How a run ended. What failed half-way has both an error and the transcript until there. */
export interface Outcome {
  transcript?: Transcript | undefined;
  error?: AsrError | undefined;
}

/** Begins the transcription of an input. */
export type Transcription = (options: CallOptions) => AsyncIterable<StreamEvent>;

/** What runs have in common. */
export interface RunContext {
  signal: AbortSignal;
  /** How much audio the engine decodes at once, in seconds. */
  atOnce: number;
  /** Is told how far the opening of an aligner is. */
  onOpening?: ((progress: Progress) => void) | undefined;
}

/** Takes what comes of a run. */
export interface RunListener {
  onEvent: (event: StreamEvent) => void;
  /** `done` and `total` of the run have changed. */
  onProgress: () => void;
}

/** The transcription of one input, from its start to its end. What fails is in its outcome. */
export class Run {
  readonly job: Job;
  readonly ended: Promise<Outcome>;
  /** When what is left does not fill the engine any more: the next run can start. */
  readonly nearlyDone: Promise<void>;
  readonly started = performance.now();
  /** Seconds that are done, and all of them when that is known. */
  done = 0;
  total: number | undefined;
  #listener: RunListener | undefined;
  #pending: StreamEvent[] = [];
  readonly #nearlyDone = Promise.withResolvers<void>();

  constructor(job: Job, transcription: Transcription, context: RunContext) {
    this.job = job;
    this.nearlyDone = this.#nearlyDone.promise;
    this.ended = this.#outcome(transcription, context).finally(() => this.#nearlyDone.resolve());
  }

  /** Passes events on, first those so far, but for partial ones, which later ones replace. */
  listen(listener: RunListener): void {
    this.#listener = listener;
    for (const event of this.#pending.splice(0)) listener.onEvent(event);
  }

  async #outcome(transcription: Transcription, context: RunContext): Promise<Outcome> {
    const { problem } = this.job.input;
    if (problem !== undefined) return { error: problem };
    try {
      return { transcript: await this.#transcript(transcription, context) };
    } catch (error) {
      if (!(error instanceof AsrError)) throw error;
      return { error, transcript: error.partial && cancelled(error.partial) };
    }
  }

  async #transcript(transcription: Transcription, context: RunContext): Promise<Transcript> {
    using stop = ownSignal(context.signal);
    const { signal } = stop;
    const onProgress = (progress: Progress) => {
      if (progress.phase !== "decode") return context.onOpening?.(progress);
      const { done, total } = progress;
      [this.done, this.total] = [done, total];
      if (total !== undefined && total - done < context.atOnce) this.#nearlyDone.resolve();
      this.#listener?.onProgress();
    };
    let transcript: Transcript | undefined;
    for await (const event of transcription({ signal, onProgress })) {
      if (event.type === "finish") transcript = event.transcript;
      if (this.#listener !== undefined) this.#listener.onEvent(event);
      else if (event.type !== "partial") this.#pending.push(event);
    }
    if (transcript !== undefined) return transcript;
    throw new AsrError("native", `${this.job.input.path}: the transcription has no end`);
  }
}

/** A signal with a reason of its own: each run's reason gets that run's partial transcript. */
function ownSignal(shared: AbortSignal): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const abort = () => controller.abort(new AsrError("aborted", "interrupted"));
  if (shared.aborted) abort();
  shared.addEventListener("abort", abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => shared.removeEventListener("abort", abort),
  };
}

/** A transcript that says that its end is missing. */
function cancelled(partial: Transcript): Transcript {
  const { finishReason } = partial;
  const reason = finishReason === "eos" ? "cancelled" : finishReason;
  return { ...partial, finishReason: reason, truncated: true };
}

/**
 * The runs of items, in their order. One is started when the one before is nearly done, so that
 * short recordings are decoded together and long ones are finished one by one. At most `maxAhead`
 * are ahead of what the caller has dealt with.
 */
export async function* runsInOrder<T>(
  items: readonly T[],
  start: (item: T) => Run,
  maxAhead: number,
): AsyncGenerator<Run, void, undefined> {
  const startAfter = async (before: Promise<Run> | undefined, item: T) => {
    await (await before)?.nearlyDone;
    return start(item);
  };
  const ahead: Promise<Run>[] = [];
  let last: Promise<Run> | undefined;
  for (let next = 0; next < items.length || ahead.length > 0; ) {
    for (const item of items.slice(next, next + maxAhead - ahead.length)) {
      last = startAfter(last, item);
      ahead.push(last);
      next++;
    }
    const run = await ahead.shift();
    if (run !== undefined) yield run;
  }
}
