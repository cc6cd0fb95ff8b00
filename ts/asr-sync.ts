import { loadArgument } from "./asr.ts";
import { type AudioInput, classify } from "./audio/input.ts";
import { type Alignment, checkedText, type GivenText } from "./contract/alignment.ts";
import { AsrError } from "./contract/errors.ts";
import { alignSettings, recordingSettings } from "./contract/option-checks.ts";
import type {
  AlignSettings,
  CallOptions,
  LoadOptions,
  RecordingSettings,
} from "./contract/options.ts";
import type { Transcript } from "./contract/transcript.ts";
import type { ModelInfo } from "./native/model.ts";
import { type EngineThread, engineThread } from "./worker/caller/engine-thread.ts";

/**
 * An open model whose calls block: for scripts that do one thing after the other. Signals and
 * progress need a thread that does not sleep; they are the asynchronous `Asr`'s.
 *
 * @example
 * using asr = AsrSync.load("demo");
 * console.log(asr.transcribe("models/demo/sample.wav").text);
 */
export class AsrSync implements Disposable {
  readonly #thread: EngineThread;
  readonly #engine: number;
  #closed = false;
  /** What the library says about the checkpoint. */
  readonly info: Readonly<ModelInfo>;

  private constructor(thread: EngineThread, engine: number, info: ModelInfo) {
    this.#thread = thread;
    this.#engine = engine;
    this.info = info;
  }

  /**
   * Opens a model, as `Asr.load` does.
   *
   * @example
   * using asr = AsrSync.load("demo");
   * console.log(asr.info.vocabSize);
   */
  static load(model?: string, options: Omit<LoadOptions, keyof CallOptions> = {}): AsrSync {
    const thread = engineThread();
    const { engine, info } = thread.blocking("load", loadArgument(model, options));
    return new AsrSync(thread, engine, info);
  }

  /**
   * Transcribes a file, bytes or samples; streams need the call that does not block.
   *
   * @example
   * using asr = AsrSync.load("demo");
   * console.log(asr.transcribe(await Bun.file("models/demo/sample.wav").bytes()).text);
   */
  transcribe(input: AudioInput, options: RecordingSettings = {}): Transcript {
    const { description, whole } = this.#readable(input);
    const settings = recordingSettings(options);
    const argument = { engine: this.#engine, input: description, options: settings };
    return this.#thread.blocking("transcribe", argument, whole);
  }

  /**
   * Finds when a text that is given was said, as `Asr.align` does.
   *
   * @example
   * using asr = AsrSync.load("demo");
   * const { matched } = asr.align("models/demo/sample.wav", "Turn on the light in the kitchen.");
   * console.log(matched);
   */
  align(input: AudioInput, text: GivenText, options: AlignSettings = {}): Alignment {
    const { description, whole } = this.#readable(input);
    const settings = alignSettings(options);
    const given = checkedText(text);
    const argument = { engine: this.#engine, input: description, options: settings, text: given };
    return this.#thread.blocking("align", argument, whole);
  }

  /** An input whose bytes, if it is not a path, are all there. */
  #readable(input: AudioInput) {
    if (this.#closed) throw new AsrError("usage", "this AsrSync is closed");
    const { description, content, whole } = classify(input);
    if (content !== undefined && whole === undefined) {
      const hint = "pass a path, bytes or samples, or use the call that does not block";
      throw new AsrError("input", "a call that blocks cannot read this input", hint);
    }
    return { description, whole: whole && new Uint8Array(whole) };
  }

  /** Frees the model. A second call does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#thread.failed) this.#thread.blocking("close", { engine: this.#engine });
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
