import { existsSync, statSync } from "node:fs";
import { AsrError } from "../contract/errors.ts";
import type { ModelInfo, SessionReport } from "./model-info.ts";
import {
  ended,
  failed,
  type Handle,
  type NativeLibrary,
  nativeError,
  nativeLibrary,
} from "./symbols.ts";

export type { ModelInfo, SessionReport };

/** How a checkpoint is opened. */
export interface ModelOptions {
  /**
   * `full` computes every activation in float32, so that rounding does not hide errors. `auto`
   * (default) is faster: processors multiply rounded activations where that changes little, Metal
   * computes in the checkpoint's type, which is bfloat16 in the published ones.
   */
  precision?: "auto" | "full" | undefined;
  /**
   * Threads that compute, in the whole process: all models share one pool, and the last one opened
   * decides. Default: all cores that the process may use. No effect on Metal.
   */
  threads?: number | undefined;
  /**
   * Most bytes of freed buffers that MLX keeps for reuse, in the whole process; the last model
   * opened decides. Default: a sixteenth of MLX's memory limit, about 1 GB on a machine of 16 GB.
   * Only on Metal.
   */
  bufferCacheBytes?: number | undefined;
}

/** How one recording is decoded. Every field is optional. */
export interface SessionOptions {
  /** Mel recipe: `exact` (default) as the checkpoints were trained, or `fft512`. */
  mel?: "exact" | "fft512";
  /** 0 (default) takes the likeliest token; above 0 samples. */
  temperature?: number;
  /** Seed of the sampler. */
  seed?: number;
  /** Above 1 makes tokens that were already chosen less likely. Default 1. */
  repetitionPenalty?: number;
  /** Forbids a second occurrence of any run of this many tokens. 0 (default): off. */
  noRepeatNgram?: number;
  /** Goes on after an end token, for measurements. */
  ignoreEos?: boolean;
}

/** A stage whose result can be read back, see `Session.read`. */
export type Stage = "mel" | "encoder" | "logits";

// A net for handles that were never closed. Held values are closures over pointers, not over the
// objects.
const forgotten = new FinalizationRegistry<() => void>((close) => close());

// For `Model.step`; only this file sees handles.
let handleOf: (session: Session) => Handle;
let chosenBy: (session: Session) => number | null;

/**
 * An open checkpoint. Calls block the thread; the thread that opens a model makes every later call
 * on it. Close it with `using` or `close()`, which closes its sessions first.
 *
 * @example
 * using model = Model.open("models/demo");
 * console.log(model.info.decoderLayers);
 */
export class Model implements Disposable {
  readonly #library: NativeLibrary;
  // Weak, so that a session which was dropped without close() can still be collected.
  readonly #sessions = new Set<WeakRef<Session>>();
  #handle: Handle | null;
  /** The folder that was opened. */
  readonly folder: string;
  /** What the library says about the checkpoint. */
  readonly info: Readonly<ModelInfo>;

  private constructor(library: NativeLibrary, handle: Handle, folder: string) {
    this.#library = library;
    this.#handle = handle;
    this.folder = folder;
    forgotten.register(this, () => library.asr_model_close(handle), this);
    this.info = JSON.parse(library.asr_model_info(handle) ?? "{}");
  }

  /**
   * Opens a checkpoint folder (config.json, *.safetensors). Throws AsrError `model` when it is
   * missing or bad.
   */
  static open(folder: string, options: ModelOptions = {}): Model {
    checkFolder(folder);
    const library = nativeLibrary();
    const handle = library.asr_model_open(folder, optionText(options));
    if (handle === null) throw nativeError(library, `opening ${folder}`);
    return new Model(library, handle, folder);
  }

  /** Starts work on one recording. */
  session(options: SessionOptions = {}): Session {
    const handle = this.#library.asr_session_open(this.#open(), optionText(options));
    if (handle === null) throw nativeError(this.#library, "opening a session");
    const session = new Session(this.#library, handle, this, () => this.#sessions.delete(entry));
    const entry = new WeakRef(session);
    this.#sessions.add(entry);
    return session;
  }

  /**
   * Chooses the next token of each session and feeds it, with one pass through the weights for all:
   * several recordings take hardly longer than one. Any sessions of this model may step together,
   * whatever their positions, so they may join and leave from call to call. Returns their tokens in
   * order, null for a session that has come to an end token, now or before.
   */
  step(sessions: readonly Session[]): (number | null)[] {
    const model = this.#open();
    if (sessions.length === 0) return [];
    const handles = BigUint64Array.from(sessions, (session) => BigInt(handleOf(session)));
    const left = Number(this.#library.asr_model_step(model, handles, handles));
    if (left <= failed) throw nativeError(this.#library, "step");
    return sessions.map(chosenBy);
  }

  get closed(): boolean {
    return this.#handle === null;
  }

  /** Frees the weights, after the sessions. A second call does nothing. */
  close(): void {
    if (this.#handle === null) return;
    for (const session of this.#sessions) session.deref()?.close();
    forgotten.unregister(this);
    this.#library.asr_model_close(this.#handle);
    this.#handle = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #open(): Handle {
    if (this.#handle === null) throw new AsrError("usage", "this Model is closed");
    return this.#handle;
  }
}

/**
 * One recording on its way through the stages: mel, encode, prefill, then next until it returns
 * null.
 *
 * @example
 * const tokenizer = await Tokenizer.load("models/demo");
 * using model = Model.open("models/demo");
 * using session = model.session();
 * const wav = await Bun.file("models/demo/sample.wav").arrayBuffer();
 * session.mel(Float32Array.from(new Int16Array(wav, 44), (value) => value / 2 ** 15));
 * session.prefill(promptIds(tokenizer, session.encode(), { language: "English" }));
 * const ids: number[] = [];
 * for (let id = session.next(); id !== null; id = session.next()) ids.push(id);
 * console.log(tokenizer.decode(ids));
 */
export class Session implements Disposable {
  readonly #library: NativeLibrary;
  readonly #released: () => void;
  #handle: Handle | null;
  /** Keeps the model alive for as long as the session is. */
  readonly model: Model;

  static {
    handleOf = (session) => session.#open();
    chosenBy = (session) => {
      const token = Number(session.#library.asr_session_token(session.#open()));
      return token === ended ? null : session.#count(token, "token");
    };
  }

  /** Made by `Model.session`. */
  constructor(library: NativeLibrary, handle: Handle, model: Model, released: () => void) {
    this.#library = library;
    this.#handle = handle;
    this.model = model;
    this.#released = released;
    forgotten.register(this, () => library.asr_session_close(handle), this);
  }

  /** Mono 16 kHz samples to log-mel; returns the number of frames (100 a second). */
  mel(samples: Float32Array): number {
    const handle = this.#open();
    if (samples.length === 0) throw new AsrError("input", "the audio has no samples");
    return this.#count(this.#library.asr_session_mel(handle, samples, samples), "mel");
  }

  /**
   * Mel to audio embeddings; returns their number (13 for each full second). For audio that has
   * grown, `keep` takes the first embeddings from the encode before: `windowTokens` for each
   * `windowFrames` that both mels have whole.
   */
  encode({ keep = 0 }: { keep?: number } = {}): number {
    const handle = this.#open();
    if (!Number.isSafeInteger(keep)) {
      throw new AsrError("usage", `encode cannot keep ${keep} embeddings`);
    }
    return this.#count(this.#library.asr_session_encode(handle, keep), "encode");
  }

  /**
   * Feeds token ids; returns the position after them. Audio pads take the embeddings in order, over
   * any number of calls.
   */
  prefill(ids: Int32Array): number {
    const handle = this.#open();
    if (ids.length === 0) throw new AsrError("usage", "prefill needs at least one token id");
    return this.#count(this.#library.asr_session_prefill(handle, ids, ids), "prefill");
  }

  /** Chooses the next token, feeds it and returns its id; null at an end token. */
  next(): number | null {
    const token = Number(this.#library.asr_session_next(this.#open()));
    if (token === ended) return null;
    return this.#count(token, "next");
  }

  /**
   * Natural logarithm of the probability of what the last step chose, an end token included, before
   * bias, penalties and temperature. NaN before the first step and after a rewind.
   */
  get logprob(): number {
    return this.#library.asr_session_logprob(this.#open());
  }

  /**
   * Adds a bonus to the logit of each of `ids` before every choice from now on, until the next
   * call; with `only`, no other token may be chosen, end tokens included. Empty: no bias any more.
   */
  bias(ids: Int32Array, bonuses: Float32Array, only = false): void {
    const handle = this.#open();
    const { asr_session_bias: bias } = this.#library;
    this.#count(bias(handle, ids, ids, bonuses, bonuses, only ? 1 : 0), "bias");
  }

  /** Forgets everything at and after `position`. */
  rewind(position: number): number {
    const handle = this.#open();
    if (!Number.isSafeInteger(position) || position < 0) {
      throw new AsrError("usage", `cannot rewind to position ${position}`);
    }
    return this.#count(this.#library.asr_session_rewind(handle, position), "rewind");
  }

  /** Copies a stage's result, row-major, into `out`; returns how many numbers were written. */
  read(stage: Stage, out: Float32Array): number {
    const handle = this.#open();
    if (out.length === 0) throw new AsrError("usage", "read needs room for at least one number");
    const bytes = this.#library.asr_session_read(handle, stage, out, out);
    return this.#count(bytes, `reading ${stage}`) / Float32Array.BYTES_PER_ELEMENT;
  }

  /** Stage times and counts so far. */
  report(): SessionReport {
    const report = this.#library.asr_session_report(this.#open());
    if (report === null) throw nativeError(this.#library, "report");
    return JSON.parse(report);
  }

  get closed(): boolean {
    return this.#handle === null;
  }

  /** Frees the session. A second call does nothing. */
  close(): void {
    if (this.#handle === null) return;
    forgotten.unregister(this);
    this.#library.asr_session_close(this.#handle);
    this.#handle = null;
    this.#released();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #open(): Handle {
    if (this.#handle === null) throw new AsrError("usage", "this Session is closed");
    return this.#handle;
  }

  #count(result: number | bigint, call: string): number {
    const count = Number(result);
    if (count <= failed || count === ended) throw nativeError(this.#library, call);
    return count;
  }
}

/** Throws AsrError `model` unless `folder` is a folder. */
export function checkFolder(folder: string): void {
  const hint = "use `demo` or the folder of a Qwen3-ASR checkpoint";
  if (!existsSync(folder)) throw new AsrError("model", `${folder}: no such model folder`, hint);
  if (!statSync(folder).isDirectory()) {
    throw new AsrError("model", `${folder}: is a file, not a model folder`, hint);
  }
}

/** Options as the library takes them. JSON would turn NaN into null, which means "not given". */
function optionText(options: ModelOptions | SessionOptions): string {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new AsrError("usage", `${name} is ${value}, expected a finite number`);
    }
  }
  return JSON.stringify(options);
}
