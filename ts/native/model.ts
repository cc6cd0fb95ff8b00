import { type AlignmentHead, alignmentHeads } from "../checkpoint/alignment-heads.ts";
import { checkedFolder } from "../checkpoint/check.ts";
import type { ModelFolder } from "../checkpoint/folder.ts";
import type { CheckpointKind } from "../checkpoint/kind.ts";
import { notesOf } from "../checkpoint/notes.ts";
import { AsrError } from "../contract/errors.ts";
import type { ModelOptions } from "../contract/options.ts";
import type { ModelInfo, SessionReport } from "./model-info.ts";
import { forgotten, handleOf, Session, type SessionOpenOptions } from "./session.ts";
import {
  ended,
  failed,
  type Handle,
  type NativeLibrary,
  nativeError,
  nativeLibrary,
} from "./symbols.ts";

export { Session, type SessionOpenOptions, type Stage } from "./session.ts";
export type { ModelInfo, SessionReport };

/** What `Model.open` takes besides: what those who share its thread may want to set. */
export interface ModelOpenOptions extends ModelOptions {
  /** What is to be opened; default a recognizer. The other kind is refused. */
  kind?: CheckpointKind | undefined;
  /**
   * How many multiplications `Session.work` does at once, as far as whole layers allow. Default
   * 8e9, about 50 ms on two cores; on Metal 80e9.
   */
  sliceOperations?: number | undefined;
  /** Products remember what they are given, see `Model.inputs`; everything takes longer. */
  observeInputs?: boolean | undefined;
  /**
   * The heads whose attention `Session.alignment` tells; default: those that config.json names, or
   * that are known of the checkpoint's shape.
   */
  alignmentHeads?: readonly AlignmentHead[] | undefined;
}

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

  private constructor(
    library: NativeLibrary,
    handle: Handle,
    folder: ModelFolder,
    alignmentOffset: number | undefined,
  ) {
    this.#library = library;
    this.#handle = handle;
    this.folder = folder.path;
    forgotten.register(this, () => library.asr_model_close(handle), this);
    const info = JSON.parse(library.asr_model_info(handle) ?? "{}");
    const notes = notesOf(folder, info);
    this.info = { ...info, notes, alignmentOffset: alignmentOffset ?? 0 };
  }

  /**
   * Opens a checkpoint folder (config.json, *.safetensors). Throws AsrError `model` when it is
   * missing, bad, another model than is run here, or of another kind than is asked for.
   */
  static open(folder: string, { kind, ...options }: ModelOpenOptions = {}): Model {
    const checked = checkedFolder(folder, kind);
    const own = kind === "aligner" ? undefined : alignmentHeads(checked);
    const library = nativeLibrary();
    const given = { ...options, alignmentHeads: options.alignmentHeads ?? own?.heads };
    const handle = library.asr_model_open(folder, optionText(given));
    if (handle === null) throw nativeError(library, `opening ${folder}`);
    return new Model(library, handle, checked, own?.offsetSeconds);
  }

  /** Starts work on one recording. */
  session(options: SessionOpenOptions = {}): Session {
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
    const handles = sessions.map(handleOf);
    const bytes = BigUint64Array.from(handles, BigInt);
    const left = Number(this.#library.asr_model_step(model, bytes, bytes));
    if (left <= failed) throw nativeError(this.#library, "step");
    return handles.map((handle) => {
      const token = Number(this.#library.asr_session_token(handle));
      if (token <= failed) throw nativeError(this.#library, "token");
      return token === ended ? null : token;
    });
  }

  /**
   * How large the `count` inputs of a module's product were, of a model that was opened with
   * `observeInputs`: their mean squares so far. The module's name is that of its weights in MLX's
   * layout, without `.weight`.
   */
  inputs(module: string, count: number): Float32Array {
    const squares = new Float32Array(count);
    const written = Number(this.#library.asr_model_inputs(this.#open(), module, squares, squares));
    if (written <= failed) throw nativeError(this.#library, `inputs of ${module}`);
    return squares;
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

/** Options as the library takes them. JSON would turn NaN into null, which means "not given". */
function optionText(options: Omit<ModelOpenOptions, "kind"> | SessionOpenOptions): string {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new AsrError("usage", `${name} is ${value}, expected a finite number`);
    }
  }
  return JSON.stringify(options);
}
