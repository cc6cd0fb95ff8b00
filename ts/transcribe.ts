import { type AudioInput, loadAudio } from "./audio/input.ts";
import { demoModel, modelFolder } from "./demo.ts";
import { AsrError } from "./errors.ts";
import { languageName } from "./languages.ts";
import { Model, type ModelOptions, type Session, type SessionOptions } from "./model.ts";
import { parseOutput, promptIds, shownText } from "./prompt.ts";
import type { Recording } from "./audio/recording.ts";
import { checkOptionNames } from "./spelling.ts";
import { TokenDecoder, Tokenizer } from "./tokenizer.ts";
import type { Transcript } from "./transcript.ts";

/** Where a transcription is: reported before each stage, and after each token of `decode`. */
export interface Progress {
  stage: "audio" | "mel" | "encode" | "prefill" | "decode";
  /** Length of the recording in seconds; 0 while it is being read. */
  duration: number;
  /** Tokens written so far. */
  tokens: number;
}

/** Options of one transcription; every field is optional. */
export interface TranscribeOptions extends Omit<SessionOptions, "ignoreEos"> {
  /** Code or name of the language to write, as in `languages`. Default: the model detects it. */
  language?: string | undefined;
  /** Text that tells the model what to expect: names, terms, the topic. */
  context?: string | undefined;
  /** Most tokens to write. Default: in proportion to the length of the recording. */
  maxTokens?: number | undefined;
  /** Ends the work between two tokens; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Options of the one-call `transcribe`. */
export interface OneCallOptions extends TranscribeOptions, ModelOptions {
  /** `demo` (default) or the folder of a checkpoint. */
  model?: string | undefined;
}

const modelOptionNames = ["precision", "threads"];
const sessionOptionNames = ["mel", "temperature", "seed", "repetitionPenalty", "noRepeatNgram"];
const optionNames = [
  ...["language", "context", "maxTokens", "signal", "onProgress"],
  ...sessionOptionNames,
];

/** Far above fast speech (about 5 tokens a second), so that only a decoding loop meets it. */
const tokensPerSecond = 16;
const leastTokens = 64;

/**
 * An open model with its tokenizer.
 *
 * The native calls run on the calling thread: between two tokens the event loop turns, within one
 * call it waits.
 *
 * @example
 * using asr = await Asr.load("demo");
 * const { text } = await asr.transcribe("recording.wav");
 */
export class Asr implements Disposable {
  readonly #model: Model;
  readonly #tokenizer: Tokenizer;

  private constructor(model: Model, tokenizer: Tokenizer) {
    this.#model = model;
    this.#tokenizer = tokenizer;
  }

  /**
   * Opens `demo` or the folder of a checkpoint. Throws AsrError `model` when it is missing or bad.
   */
  static async load(model: string = demoModel, options: ModelOptions = {}): Promise<Asr> {
    checkOptionNames(options, modelOptionNames, "load");
    const opened = Model.open(modelFolder(model), options);
    try {
      const tokenizer = await Tokenizer.load(opened.folder);
      checkVocabulary(opened, tokenizer);
      return new Asr(opened, tokenizer);
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  /** The checkpoint, for calls by stage. */
  get model(): Model {
    return this.#model;
  }

  get tokenizer(): Tokenizer {
    return this.#tokenizer;
  }

  /** Transcribes one recording. */
  async transcribe(input: AudioInput, options: TranscribeOptions = {}): Promise<Transcript> {
    const pieces = this.pieces(input, options);
    for (;;) {
      const step = await pieces.next();
      if (step.done) return step.value;
    }
  }

  /**
   * Transcribes one recording and gives the text piece by piece as the model writes it; the pieces
   * joined are the text, but for a decoding loop, which only the final transcript has cut. Stop
   * asking to cancel.
   */
  async *pieces(
    input: AudioInput,
    options: TranscribeOptions = {},
  ): AsyncGenerator<string, Transcript, undefined> {
    checkOptionNames(options, optionNames, "transcribe");
    const language = languageName(options.language);
    const started = performance.now();
    const report = (stage: Progress["stage"], duration: number, tokens = 0) => {
      options.signal?.throwIfAborted();
      options.onProgress?.({ stage, duration, tokens });
    };
    report("audio", 0);
    const recording = await loadAudio(input);
    const audioMs = performance.now() - started;
    const { duration } = recording;
    const maxTokens = this.#tokenLimit(options.maxTokens, duration);

    using session = this.#model.session(sessionOptions(options));
    report("mel", duration);
    session.mel(recording.samples);
    report("encode", duration);
    await breathe();
    const audioTokens = session.encode();
    report("prefill", duration);
    await breathe();
    const ids = promptIds(this.#tokenizer, audioTokens, { language, context: options.context });
    this.#checkRoom(ids.length + maxTokens, recording);
    session.prefill(ids);

    let [raw, shown, tokens] = ["", "", 0];
    let finishReason: Transcript["finishReason"] = "length";
    const decoder = new TokenDecoder(this.#tokenizer);
    while (tokens < maxTokens) {
      report("decode", duration, tokens);
      const id = session.next();
      if (id === null) {
        finishReason = "eos";
        break;
      }
      tokens++;
      raw += decoder.push(id);
      const text = shownText(raw, language);
      if (text.length > shown.length) yield text.slice(shown.length);
      shown = text;
      await breathe();
    }
    const parsed = parseOutput(raw + decoder.end(), language);
    const totalMs = performance.now() - started;
    return {
      ...{ text: parsed.text, language: parsed.language, duration, finishReason },
      segments: [],
      chunks: [{ start: 0, end: duration, language: parsed.language, tokens, finishReason }],
      usage: { inputTokens: ids.length, outputTokens: tokens, totalTokens: ids.length + tokens },
      truncated: finishReason !== "eos",
      timings: { audioMs, ...stageTimes(session), totalMs },
      rtf: totalMs / 1000 / duration,
    };
  }

  /** Frees the model. Later calls throw; a second close does nothing. */
  close(): void {
    this.#model.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #tokenLimit(wanted: number | undefined, duration: number): number {
    if (wanted === undefined) return leastTokens + Math.ceil(tokensPerSecond * duration);
    if (Number.isSafeInteger(wanted) && wanted >= 1) return wanted;
    throw new AsrError("usage", `maxTokens is ${wanted}, expected a whole number of at least 1`);
  }

  #checkRoom(positions: number, { name, duration }: Recording): void {
    const { maxPositions } = this.#model.info;
    if (positions <= maxPositions) return;
    const needed = `${duration.toFixed(0)} s need ${positions} positions`;
    const message = `${name}: ${needed}, the model has ${maxPositions}`;
    throw new AsrError("input", message, "cut the recording into parts");
  }
}

/**
 * Transcribes one recording with a model that is opened for this call alone.
 *
 * @example
 * const { text } = await transcribe("recording.wav");
 */
export async function transcribe(
  input: AudioInput,
  { model, precision, threads, ...options }: OneCallOptions = {},
): Promise<Transcript> {
  checkOptionNames(options, ["model", ...modelOptionNames, ...optionNames], "transcribe");
  using asr = await Asr.load(model, { ...(precision === undefined ? {} : { precision }), threads });
  return await asr.transcribe(input, options);
}

function sessionOptions(options: TranscribeOptions): SessionOptions {
  const names = Object.entries(options).filter(
    ([name, value]) => sessionOptionNames.includes(name) && value !== undefined,
  );
  return Object.fromEntries(names);
}

function stageTimes(session: Session) {
  const { melMs, encodeMs, prefillMs, decodeMs } = session.report();
  return { melMs, encodeMs, prefillMs, decodeMs };
}

/** Lets timers, signals and output have their turn between two native calls. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The model's own ids and the tokenizer's must be the same language. */
function checkVocabulary(model: Model, tokenizer: Tokenizer): void {
  const { vocabSize, tokens } = model.info;
  const where = `${model.folder}/tokenizer_config.json`;
  const hint = "config.json and the tokenizer belong to different checkpoints";
  if (tokenizer.size > vocabSize) {
    const highest = tokenizer.size - 1;
    const message = `${where}: the highest token id is ${highest}, the model has ${vocabSize}`;
    throw new AsrError("model", message, hint);
  }
  const pad = tokenizer.specialId("<|audio_pad|>");
  if (pad !== tokens.audioPad) {
    const message = `${where}: <|audio_pad|> is ${pad}, config.json says ${tokens.audioPad}`;
    throw new AsrError("model", message, hint);
  }
}
