import { AsrError } from "../contract/errors.ts";
import type { SessionOptions } from "../contract/options.ts";
import type { ModelInfo, SessionReport } from "./model-info.ts";
import { ended, failed, type Handle, type NativeLibrary, nativeError } from "./symbols.ts";

/** A stage whose result can be read back, see `Session.read`. */
export type Stage = "mel" | "encoder" | "logits";

// A net for handles that were never closed. Held values are closures over pointers, not over the
// objects.
export const forgotten = new FinalizationRegistry<() => void>((close) => close());

/** What a session is opened with. */
export interface SessionOpenOptions extends SessionOptions {
  /** Whether `alignment` may be called; the model must have alignment heads. */
  alignment?: boolean | undefined;
}

/** Which attention is asked for, see `Session.alignment`. */
export interface AlignmentQuery {
  /** The first position, after the audio. */
  from: number;
  /** The position after the last; default: the session's. */
  to?: number | undefined;
  /** Which of the model's alignment heads; default: the mean of all. */
  head?: number | undefined;
}

/** What a session says of its `Model`. */
export interface SessionModel {
  readonly folder: string;
  readonly info: Readonly<ModelInfo>;
}

const none = new Int32Array();

/** A session's handle, for `Model.step` alone. */
export let handleOf: (session: Session) => Handle;

/**
 * One recording on its way through the stages: mel, encode, prefill, then next until it returns
 * null. The first three begin a stage. Whoever has other things to do on the thread then calls
 * `work` until nothing is left; else the next call that needs the result finishes the stage first.
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
  #audioTokens = 0;
  #handle: Handle | null;
  /** Keeps the model alive for as long as the session is. */
  readonly model: SessionModel;

  static {
    handleOf = (session) => session.#open();
  }

  /** Made by `Model.session`. */
  constructor(library: NativeLibrary, handle: Handle, model: SessionModel, released: () => void) {
    this.#library = library;
    this.#handle = handle;
    this.model = model;
    this.#released = released;
    forgotten.register(this, () => library.asr_session_close(handle), this);
  }

  /**
   * Begins mono 16 kHz samples to log-mel; returns the number of frames (100 a second). An earlier
   * mel that is not finished is dropped.
   */
  mel(samples: Float32Array): number {
    const handle = this.#open();
    if (samples.length === 0) throw new AsrError("input", "the audio has no samples");
    return this.#count(this.#library.asr_session_mel(handle, samples, samples), "mel");
  }

  /**
   * Begins mel to audio embeddings; returns their number (13 for each full second). For audio that
   * has grown, `keep` takes the first embeddings from the encode before: `windowTokens` for each
   * `windowFrames` that both mels have whole.
   */
  encode({ keep = 0 }: { keep?: number } = {}): number {
    const handle = this.#open();
    if (!Number.isSafeInteger(keep)) {
      throw new AsrError("usage", `encode cannot keep ${keep} embeddings`);
    }
    this.#audioTokens = this.#count(this.#library.asr_session_encode(handle, keep), "encode");
    return this.#audioTokens;
  }

  /**
   * Begins to feed token ids; returns the position after them. Audio pads take the embeddings in
   * order, over any number of calls. `draft` are tokens that are likely to be chosen then, such as
   * those of an earlier hypothesis: as many of them as are chosen take no pass of their own.
   */
  prefill(ids: Int32Array, draft: Int32Array = none): number {
    const handle = this.#open();
    if (ids.length === 0) throw new AsrError("usage", "prefill needs at least one token id");
    const { asr_session_prefill: prefill } = this.#library;
    return this.#count(prefill(handle, ids, ids, draft, draft), "prefill");
  }

  /**
   * Does the next slice of the stage that was begun, which takes a bounded time however long the
   * audio is. Returns how many slices are left, 0 when there is nothing to do.
   */
  work(): number {
    return this.#count(this.#library.asr_session_work(this.#open()), "work");
  }

  /** Does all that is left of the stage that was begun. */
  finish(): void {
    while (this.work() > 0);
  }

  /** Chooses the next token, feeds it and returns its id; null at an end token. */
  next(): number | null {
    const token = Number(this.#library.asr_session_next(this.#open()));
    if (token === ended) return null;
    return this.#count(token, "next");
  }

  /**
   * The best class of time at each `<timestamp>` id that was fed to an aligner, in order; times
   * `info.segmentMs` it is a time.
   */
  slots(): Int32Array {
    const handle = this.#open();
    const { asr_session_slots: slots } = this.#library;
    const classes = new Int32Array(this.#count(slots(handle, none, none), "slots"));
    if (classes.length > 0) this.#count(slots(handle, classes, classes), "slots");
    return classes;
  }

  /**
   * Natural logarithm of the probability of what the last step chose, an end token included, before
   * bias, penalties and temperature. NaN before the first step and after a rewind.
   */
  get logprob(): number {
    return this.#library.asr_session_logprob(this.#open());
  }

  /**
   * Adds `values` to the logits of `ids` before every choice from now on, until the next
   * call; with `only`, no other token may be chosen, end tokens included. Empty: no bias any more.
   */
  bias(ids: Int32Array, values: Float32Array, only = false): void {
    const handle = this.#open();
    const { asr_session_bias: bias } = this.#library;
    this.#count(bias(handle, ids, ids, values, values, only ? 1 : 0), "bias");
  }

  /**
   * Forgets everything at and after `position`. A prefill that is not finished is dropped when
   * nothing of it would be left.
   */
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

  /**
   * Where in the audio the tokens looked that were fed after it, chosen or prefilled: a row for
   * each position, of as many weights as there are audio embeddings; each row sums to one. The row
   * at a position is what the token there looked at when the next one was chosen. For sessions
   * that were opened with `alignment`.
   */
  alignment({ from, to = this.report().position, head = -1 }: AlignmentQuery): Float32Array {
    const handle = this.#open();
    if (![from, to, head].every(Number.isSafeInteger) || to < from) {
      throw new AsrError("usage", `there is no attention of head ${head} from ${from} to ${to}`);
    }
    const rows = new Float32Array((to - from) * this.#audioTokens);
    if (rows.length === 0) return rows;
    const bytes = this.#library.asr_session_alignment(handle, head, from, rows, rows);
    if (this.#count(bytes, "alignment") === rows.byteLength) return rows;
    throw new AsrError("usage", `there is no attention of position ${to - 1} yet`);
  }

  /** Stage times and counts so far; of an unfinished stage, the time of its slices so far. */
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
