import type { ChunkOptions } from "../../audio/speech/chunker.ts";
import { FairSemaphore } from "../../concurrency/fair-semaphore.ts";
import { AsrError } from "../../contract/errors.ts";
import { optionTable } from "../../contract/option-table.ts";
import type { EngineOptions } from "../../contract/options.ts";
import { Model } from "../../native/model.ts";
import { promptTokens } from "../../text/prompt.ts";
import { Tokenizer } from "../../text/tokenizer.ts";
import { Batch } from "./batch.ts";
import type { DecodingModel } from "./decoding-model.ts";
import { type CheckpointHints, hintsOf } from "./hints.ts";
import { type DecodeParty, Stages } from "./stages.ts";

/**
 * An open checkpoint with its tokenizer and its batch. All its work happens on the thread that
 * opened it.
 */
export class Engine implements Disposable {
  readonly model: DecodingModel;
  readonly tokenizer: Tokenizer;
  readonly stages = new Stages();
  readonly batch: Batch;
  /** Most chunks of recordings that are decoded together. */
  readonly maxBatch: number;
  readonly #permits: FairSemaphore;
  readonly #livePermits: FairSemaphore;
  /** How the checkpoint wants recordings to be cut. */
  readonly chunking: Partial<ChunkOptions>;
  /** Mean log-probability below which a segment of the checkpoint is unsure. */
  readonly lowConfidence: number | undefined;
  /** What is under way. */
  readonly #work = new Set<Promise<void>>();

  /** Around a model that is open: `open` is for those of a folder. */
  constructor(
    model: DecodingModel,
    tokenizer: Tokenizer,
    maxBatch: number = optionTable.batch.default,
    hints: Partial<CheckpointHints> = {},
  ) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.chunking = hints.chunking ?? {};
    this.lowConfidence = hints.lowConfidence;
    this.maxBatch = maxBatch;
    this.batch = new Batch(model, this.stages);
    this.#permits = new FairSemaphore(maxBatch);
    this.#livePermits = new FairSemaphore(maxBatch);
  }

  /** Opens the folder of a checkpoint. Throws AsrError `model` when it is missing or bad. */
  static async open(folder: string, options: Omit<EngineOptions, "aligner"> = {}): Promise<Engine> {
    const { batch = optionTable.batch.default, ...modelOptions } = options;
    const model = Model.open(folder, modelOptions);
    try {
      const tokenizer = await Tokenizer.load(folder);
      checkVocabulary(model, tokenizer);
      return new Engine(model, tokenizer, batch, hintsOf(folder));
    } catch (error) {
      model.close();
      throw error;
    }
  }

  /**
   * Waits until a chunk may be decoded; undefined when the signal comes first. A recording keeps
   * its permit for seconds, a live stream for a step; so that these do not wait for those, each
   * kind has permits of its own.
   */
  permit({ party, signal, isLive }: DecodeParty): Promise<Disposable | undefined> {
    return (isLive ? this.#livePermits : this.#permits).acquire(party, signal);
  }

  /** Says that the engine is needed, until what this returns is disposed of. */
  use(): Disposable {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#work.add(promise);
    return {
      [Symbol.dispose]: () => {
        this.#work.delete(promise);
        resolve();
      },
    };
  }

  /** Frees the model as soon as nothing needs it. */
  async close(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
    this.model.close();
  }

  /** Frees the model at once. */
  [Symbol.dispose](): void {
    this.model.close();
  }
}

/** The model's own ids and the tokenizer's must be the same language. */
function checkVocabulary(model: Model, tokenizer: Tokenizer): void {
  const { vocabSize, tokens } = model.info;
  const where = `${model.folder}: tokenizer`;
  const hint = "config.json and the tokenizer belong to different checkpoints";
  if (tokenizer.size > vocabSize) {
    const highest = tokenizer.size - 1;
    const message = `${where}: the highest token id is ${highest}, the model has ${vocabSize}`;
    throw new AsrError("model", message, hint);
  }
  for (const token of promptTokens) tokenizer.specialId(token);
  const pad = tokenizer.specialId("<|audio_pad|>");
  if (pad !== tokens.audioPad) {
    const message = `${where}: <|audio_pad|> is ${pad}, config.json says ${tokens.audioPad}`;
    throw new AsrError("model", message, hint);
  }
}
