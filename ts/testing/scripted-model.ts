// This folder: what tests share; the product imports none of it.

import { join } from "node:path";
import { sampleRate } from "../audio/samples/recording.ts";
import { type AudioChunk, chunkAt } from "../audio/speech/chunker.ts";
import type { CheckedSettings } from "../contract/options.ts";
import type { DecodeOptions } from "../engine/decode/chunk.ts";
import type {
  DecodingModel,
  DecodingSession,
  StageTimes,
} from "../engine/decode/decoding-model.ts";
import { Engine } from "../engine/decode/engine.ts";
import { decodeOptionsOf } from "../engine/recording/options.ts";
import type { ModelInfo, SessionOpenOptions } from "../native/model.ts";
import type { AlignmentQuery } from "../native/session.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { goldensFolder, speech } from "./goldens.ts";

/** What a session has been given when it begins to write. */
export interface Prompted {
  /** Number of the session, from 0. */
  session: number;
  /** Of audio. */
  seconds: number;
  /** The system turn. */
  context: string;
  options: SessionOpenOptions;
}

/**
 * What a session writes: text with `<asr_text>` in it, or token ids, maybe without end. An error
 * among them is thrown when it is its turn.
 */
export type Script = (prompted: Prompted) => string | Iterable<number | Error>;

/** A stage of a session that begins, and its session's number. */
export type Stage = "mel" | "encode" | "prefill";

export const scriptTokenizer = await Tokenizer.load(join(goldensFolder, "tokenizer"));

/** The ids of a text, in which `<asr_text>` is the token. */
export function idsOf(text: string): number[] {
  return scriptTokenizer.encode(text);
}

/** The ids of a text again and again. */
export function* endlessly(text: string): Generator<number, never, undefined> {
  const ids = idsOf(text);
  for (;;) yield* ids;
}

/** An infinite text that never repeats itself. */
export function* babble(): Generator<number, never, undefined> {
  for (let i = 1; ; i++) yield* idsOf(` ${((i * 48_271) % 2_147_483_647).toString(36)}`);
}

/** Log-probability of every token that a script writes. */
export const scriptLogprob = -0.25;

/** What a scripted model has besides its script. */
export interface ScriptOptions {
  /** The language that prompts name, if they do. */
  language?: string | undefined;
  /** When each token of an answer is heard, in seconds of the audio: it has alignment heads. */
  hears?: ((token: number, session: number) => number) | undefined;
}

const windowFrames = 100;
const windowTokens = 13;

/** A model that writes what a script says; it hears nothing and has no weights. */
export class ScriptedModel implements DecodingModel {
  readonly script: Script;
  /** The language that prompts name, if they do. */
  readonly language: string | undefined;
  readonly sessions: ScriptedSession[] = [];
  /** How many sessions each step had. */
  readonly steps: number[] = [];
  /** Called when a stage of any session begins. */
  onStage: (stage: Stage, session: number) => void = () => undefined;
  /** Slices of every stage. */
  slices = 1;
  /** Called before each slice. */
  onSlice: (session: number) => void = () => undefined;
  /** Called before each step. */
  onStep: () => void = () => undefined;
  readonly info: ModelInfo = {
    precision: "full",
    activations: "float32",
    quantizedModules: {},
    ignoredTensors: {},
    notes: [],
    weightBytes: 0,
    kernels: "script",
    melBins: 128,
    encoderLayers: 0,
    decoderLayers: 0,
    hiddenSize: 0,
    vocabSize: scriptTokenizer.size,
    maxPositions: 4096,
    classes: 0,
    segmentMs: 0,
    windowFrames,
    windowTokens,
    decoderHeads: 0,
    alignmentHeads: 0,
    alignmentOffset: 0,
    tokens: { audioPad: scriptTokenizer.specialId("<|audio_pad|>"), eos: [] },
  };
  /** When each token of an answer is heard, in seconds of the audio, where it has heads. */
  readonly hears: ((token: number, session: number) => number) | undefined;

  constructor(script: Script, { language, hears }: ScriptOptions = {}) {
    this.script = script;
    this.language = language;
    this.hears = hears;
    if (hears !== undefined) this.info = { ...this.info, alignmentHeads: 1 };
  }

  session(options: SessionOpenOptions = {}): ScriptedSession {
    const session = new ScriptedSession(this, this.sessions.length, options);
    this.sessions.push(session);
    return session;
  }

  step(sessions: readonly DecodingSession[]): (number | null)[] {
    this.onStep();
    this.steps.push(sessions.length);
    return sessions.map((session) => {
      if (session instanceof ScriptedSession) return session.next();
      throw new Error("a session of another model");
    });
  }

  close(): void {
    for (const session of this.sessions) session.close();
  }
}

export class ScriptedSession implements DecodingSession {
  readonly #model: ScriptedModel;
  readonly number: number;
  readonly options: SessionOpenOptions;
  #samples = 0;
  #audioTokens = 0;
  #slicesLeft = 0;
  /** What was fed and written, as the key-value cache holds it. */
  #ids: number[] = [];
  #script: Iterator<number | Error> | undefined;
  #only: Int32Array | undefined;
  closed = false;
  logprob = Number.NaN;
  /** What the last prefill had behind its ids, and no token was chosen for so far. */
  #draft: readonly number[] = [];
  /** Drafts of the prefills so far, and how much of each was chosen. */
  readonly drafts: { ids: readonly number[]; taken: number }[] = [];
  /** Counts instead of milliseconds: mels, embeddings, ids fed, tokens. */
  readonly counts: StageTimes = { melMs: 0, encodeMs: 0, prefillMs: 0, decodeMs: 0 };

  constructor(model: ScriptedModel, number: number, options: SessionOpenOptions) {
    this.#model = model;
    this.number = number;
    this.options = options;
  }

  mel(samples: Float32Array): number {
    this.#begin("mel");
    this.#samples = samples.length;
    this.counts.melMs++;
    return Math.ceil((samples.length / sampleRate) * windowFrames);
  }

  encode({ keep = 0 } = {}): number {
    this.#begin("encode");
    const count = Math.ceil((this.#samples / sampleRate) * windowTokens);
    if (keep > Math.min(count, this.#audioTokens)) throw new Error(`cannot keep ${keep}`);
    this.#audioTokens = count;
    this.counts.encodeMs += count - keep;
    return count;
  }

  prefill(ids: Int32Array, draft: Int32Array = new Int32Array()): number {
    this.#begin("prefill");
    this.#draft = [...draft];
    this.drafts.push({ ids: this.#draft, taken: 0 });
    this.#ids.push(...ids);
    this.#script = undefined;
    this.counts.prefillMs += ids.length;
    return this.#ids.length;
  }

  work(): number {
    this.#model.onSlice(this.number);
    return --this.#slicesLeft;
  }

  bias(ids: Int32Array, _values: Float32Array, only = false): void {
    this.#only = only ? ids.slice() : undefined;
  }

  rewind(position: number): void {
    if (position > this.#ids.length) throw new Error(`cannot rewind to ${position}`);
    this.#ids.length = position;
    this.#draft = [];
  }

  alignment({ from, to = this.#ids.length }: AlignmentQuery): Float32Array {
    const { hears } = this.#model;
    if (!this.options.alignment || hears === undefined) throw new Error("nothing is kept");
    const rows = new Float32Array((to - from) * this.#audioTokens);
    for (let position = from; position < to; position++) {
      // At a position the token behind it is chosen.
      const seconds = hears(position + 1 - this.#answerAt, this.number);
      const heard = Math.min(this.#audioTokens - 1, Math.floor(seconds * windowTokens));
      rows[(position - from) * this.#audioTokens + heard] = 1;
    }
    return rows;
  }

  report(): StageTimes {
    return { ...this.counts };
  }

  close(): void {
    this.closed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** The next token of the script. */
  next(): number | null {
    if (this.closed) throw new Error("the session is closed");
    this.#script ??= this.#continued();
    const { value, done } = this.#script.next();
    if (done) return null;
    if (value instanceof Error) throw value;
    if (this.#only !== undefined && !this.#only.includes(value)) {
      throw new Error(`the bias forbids ${JSON.stringify(scriptTokenizer.decode([value]))}`);
    }
    this.#ids.push(value);
    const [drafted, ...rest] = this.#draft;
    this.#draft = value === drafted ? rest : [];
    if (value === drafted) this.drafts.at(-1)!.taken++;
    this.counts.decodeMs++;
    this.logprob = scriptLogprob;
    return value;
  }

  #begin(stage: Stage): void {
    if (this.closed) throw new Error("the session is closed");
    this.#slicesLeft = this.#model.slices;
    this.#model.onStage(stage, this.number);
  }

  /** The script behind what the prompt has of it already. */
  #continued(): Iterator<number | Error> {
    const { script } = this.#model;
    const said = script({
      session: this.number,
      seconds: this.#samples / sampleRate,
      context: this.#context(),
      options: this.options,
    });
    const tokens = (typeof said === "string" ? idsOf(said) : said)[Symbol.iterator]();
    for (const id of this.#ids.slice(this.#answerAt)) {
      const { value } = tokens.next();
      if (value !== id) throw new Error("the script does not begin as the prompt does");
    }
    return tokens;
  }

  /** Position of the first token behind the prompt. */
  get #answerAt(): number {
    const { language } = this.#model;
    const start = this.#ids.lastIndexOf(scriptTokenizer.specialId("<|im_start|>")) + 1;
    const header = language === undefined ? "" : `language ${language}`;
    const answer = scriptTokenizer.encodePlain(`assistant\n${header}`);
    return start + answer.length + (language === undefined ? 0 : 1);
  }

  #context(): string {
    const end = this.#ids.indexOf(scriptTokenizer.specialId("<|im_end|>"));
    return scriptTokenizer.decode(this.#ids.slice(1, end)).replace(/^system\n/, "");
  }
}

/** An engine around a scripted model. */
export function scriptedEngine(
  script: Script,
  { maxBatch, ...options }: ScriptOptions & { maxBatch?: number } = {},
): { engine: Engine; model: ScriptedModel } {
  const model = new ScriptedModel(script, options);
  return { engine: new Engine(model, scriptTokenizer, maxBatch), model };
}

/** Noise of a length in seconds, which may be anything. */
export function soundOf(seconds: number): AudioChunk {
  const random = seededRandom(2);
  const samples = Float32Array.from({ length: seconds * sampleRate }, () => 0.2 * random() - 0.1);
  return chunkAt({ at: 0, samples });
}

/** Somebody speaking for so many seconds; a script hears nothing of it. */
export function voiceOf(seconds: number): AudioChunk {
  return chunkAt({ at: 0, samples: speech(seconds * sampleRate) });
}

/** Options for decoding with these settings. */
export function decodeOptions(settings: CheckedSettings = {}, maxTokens?: number): DecodeOptions {
  return decodeOptionsOf(scriptTokenizer, { ...settings, maxTokens });
}
