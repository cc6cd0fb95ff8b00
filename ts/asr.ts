import type { InputBlocks } from "./audio/blocks.ts";
import { type AudioInput, classify } from "./audio/input.ts";
import { type Alignment, checkedText, type GivenText } from "./contract/alignment.ts";
import { AsrError } from "./contract/errors.ts";
import type { StreamEvent } from "./contract/events.ts";
import {
  alignSettings,
  checkOption,
  checkOptions,
  recordingSettings,
  streamSettings,
} from "./contract/option-checks.ts";
import type {
  AlignOptions,
  CallOptions,
  LoadOptions,
  StreamOptions,
  TranscribeOptions,
} from "./contract/options.ts";
import type { Transcript } from "./contract/transcript.ts";
import type { ModelInfo } from "./native/model.ts";
import type { CallExtras } from "./worker/caller/call.ts";
import { type EngineThread, engineThread } from "./worker/caller/engine-thread.ts";
import type { LoadArgument } from "./worker/protocol.ts";

/**
 * An open model. Its work happens on a thread of its own, so the caller's stays free; several calls
 * at once take turns, chunk by chunk, and are decoded together.
 *
 * @example
 * await using asr = await Asr.load("demo");
 * const { text } = await asr.transcribe("models/demo/sample.wav");
 * console.log(text);
 */
export class Asr implements Disposable, AsyncDisposable {
  readonly #thread: EngineThread;
  readonly #engine: number;
  readonly #closing = new AbortController();
  /** What the library says about the checkpoint. */
  readonly info: Readonly<ModelInfo>;

  private constructor(thread: EngineThread, engine: number, info: ModelInfo) {
    this.#thread = thread;
    this.#engine = engine;
    this.info = info;
  }

  /**
   * Opens a model: `demo`, a short name such as `0.6b` or `1.7b-8bit`, a hub's `org/name@revision`,
   * or the folder of a checkpoint; by default $BUN_ASR_MODEL, else `0.6b`. What is not on this
   * machine yet is fetched. Throws AsrError `model` when it is missing or bad.
   *
   * @example
   * await using asr = await Asr.load("demo", { threads: 2 });
   * console.log(asr.info.decoderLayers);
   */
  static async load(model?: string, options: LoadOptions = {}): Promise<Asr> {
    const argument = loadArgument(model, options);
    const { signal, onProgress } = options;
    const thread = engineThread();
    const { engine, info } = await thread.result("load", argument, { signal, onProgress });
    return new Asr(thread, engine, info);
  }

  /**
   * Transcribes a recording of any length. What was finished when it fails or is aborted is the
   * error's `partial`.
   *
   * @example
   * await using asr = await Asr.load("demo");
   * const { segments } = await asr.transcribe("models/demo/sample.wav", { language: "en" });
   * for (const { start, end, text } of segments) console.log(start, end, text);
   */
  async transcribe(input: AudioInput, options: TranscribeOptions = {}): Promise<Transcript> {
    const settings = recordingSettings(options);
    const { description, content } = classify(input);
    const argument = { engine: this.#engine, input: description, options: settings };
    return await this.#thread.result("transcribe", argument, this.#extras(content, options));
  }

  /**
   * Finds when a text that is given was said in a recording of any length: each word has its time,
   * and what was not heard, or is not in the text, is in `unmatched`. Lines (an array) become the
   * segments, of a whole text its sentences. What was heard when it fails or is aborted is the
   * error's `partial`.
   *
   * @example
   * await using asr = await Asr.load("demo");
   * const lines = ["Turn on the light", "in the kitchen", "and then wait."];
   * const { segments, unmatched } = await asr.align("models/demo/sample.wav", lines);
   * for (const { start, end, text } of segments) console.log(start, end, text);
   * for (const { kind, text } of unmatched) console.log(`only in the ${kind}: ${text}`);
   */
  async align(input: AudioInput, text: GivenText, options: AlignOptions = {}): Promise<Alignment> {
    const settings = alignSettings(options);
    const given = checkedText(text);
    const { description, content } = classify(input);
    const argument = { engine: this.#engine, input: description, options: settings, text: given };
    return await this.#thread.result("align", argument, this.#extras(content, options));
  }

  /**
   * Transcribes and tells of the text as it is written. Stop reading to stop the work.
   *
   * @example
   * await using asr = await Asr.load("demo");
   * for await (const event of asr.stream("models/demo/sample.wav")) {
   *   if (event.type === "delta") process.stdout.write(event.text);
   * }
   */
  stream(
    input: AudioInput,
    options: StreamOptions = {},
  ): AsyncGenerator<StreamEvent, void, undefined> {
    return this.#thread.call("stream", () => {
      const settings = streamSettings(options);
      const { description, content } = classify(input);
      const argument = { engine: this.#engine, input: description, options: settings };
      return { argument, extras: this.#extras(content, options) };
    });
  }

  /** Ends the calls that are under way and frees the model. A second call does nothing. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(closed());
    if (!this.#thread.failed) await this.#thread.result("close", { engine: this.#engine });
  }

  [Symbol.dispose](): void {
    void this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A call ends when its caller aborts it or the model is closed. */
  #extras(content: InputBlocks | undefined, { signal, onProgress }: CallOptions): CallExtras {
    const closing = this.#closing.signal;
    const either = signal === undefined ? closing : AbortSignal.any([signal, closing]);
    return { content, signal: either, onProgress };
  }
}

function closed(): AsrError {
  return new AsrError("usage", "this Asr is closed");
}

/** What the engine's thread is told to load, checked. Throws AsrError `usage`. */
export function loadArgument(model: string | undefined, given: LoadOptions): LoadArgument {
  checkOptions(given, "load", "load");
  if (model !== undefined) checkOption("model", model);
  const { signal: _, onProgress: __, offline, cacheDir, ...options } = given;
  const named = model ?? process.env["BUN_ASR_MODEL"];
  return { model: named === "" ? undefined : named, hub: { offline, cacheDir }, options };
}
