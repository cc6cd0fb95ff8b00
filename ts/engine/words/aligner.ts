import { alignedWords } from "../../align/aligned-words.ts";
import { alignerPromptIds, alignerTokens } from "../../align/aligner-prompt.ts";
import type { SpokenWord } from "../../align/words/spoken-word.ts";
import type { Samples } from "../../audio/samples/recording.ts";
import { FairSemaphore } from "../../concurrency/fair-semaphore.ts";
import { AsrError } from "../../contract/errors.ts";
import type { ModelOptions } from "../../contract/options.ts";
import type { TimedWord } from "../../contract/transcript.ts";
import { Model } from "../../native/model.ts";
import { Tokenizer } from "../../text/tokenizer.ts";
import type { DecodeParty, Stages } from "../decode/stages.ts";
import type { AligningModel, AligningSession } from "./aligning-model.ts";

/** Longest audio that the aligner is asked about at once, in seconds: the official limit. */
export const maxAlignedSeconds = 180;

/** A piece of audio and what is said in it. */
export interface SpokenAudio {
  samples: Samples;
  /** Where it starts in the recording, and how long it is, in seconds. */
  start: number;
  seconds: number;
  text: string;
  /** The words of the text, by `spokenWords`. */
  words: readonly SpokenWord[];
}

/** Words with their times, and how long it took to find them. */
export interface FoundWords {
  words: TimedWord[];
  wordsMs: number;
}

/** An open forced aligner with its tokenizer; all its work happens on the thread that opened it. */
export class Aligner implements Disposable {
  readonly #model: AligningModel;
  readonly #tokenizer: Tokenizer;
  // A piece takes memory in proportion to its length: recordings have one at a time, and so that
  // whoever speaks does not wait for those, live streams another.
  readonly #permits = new FairSemaphore(1);
  readonly #livePermits = new FairSemaphore(1);

  /** Around a model that is open: `open` is for those of a folder. */
  constructor(model: AligningModel, tokenizer: Tokenizer) {
    this.#model = model;
    this.#tokenizer = tokenizer;
  }

  /** Opens the folder of an aligner. Throws AsrError `model` when it is missing, bad or none. */
  static async open(folder: string, options: ModelOptions = {}): Promise<Aligner> {
    const model = Model.open(folder, { ...options, kind: "aligner" });
    try {
      const tokenizer = await Tokenizer.load(folder);
      checkTokens(model, tokenizer);
      return new Aligner(model, tokenizer);
    } catch (error) {
      model.close();
      throw error;
    }
  }

  /** What a person should know about it, a sentence each; empty as a rule. */
  get notes(): readonly string[] {
    return this.#model.info.notes;
  }

  /**
   * When the words were said. The stages take turns with all others of `stages`. Resolves to
   * undefined when the signal ended the work. Throws AsrError `input` for what the model's window
   * cannot hold.
   */
  async times(
    audio: SpokenAudio,
    stages: Stages,
    party: DecodeParty,
  ): Promise<FoundWords | undefined> {
    const { text, words, start, seconds } = audio;
    const { segmentMs } = this.#model.info;
    const answer = { text, words, segmentMs, start, seconds };
    if (words.length === 0) return { words: alignedWords({ ...answer, slots: [] }), wordsMs: 0 };
    const permits = party.isLive ? this.#livePermits : this.#permits;
    using permit = await permits.acquire(party.party, party.signal);
    if (permit === undefined) return undefined;
    using session = this.#model.session();
    if (!(await this.#feed(session, audio, stages, party))) return undefined;
    const { melMs, encodeMs, prefillMs } = session.report();
    const found = alignedWords({ ...answer, slots: session.slots() });
    return { words: found, wordsMs: melMs + encodeMs + prefillMs };
  }

  /** Feeds the audio and its words. Returns whether the signal let it. */
  async #feed(
    session: AligningSession,
    { samples, start, seconds, words }: SpokenAudio,
    stages: Stages,
    party: DecodeParty,
  ): Promise<boolean> {
    session.mel(samples);
    if (!(await stages.finish(session, party))) return false;
    const audioTokens = session.encode();
    if (!(await stages.finish(session, party))) return false;
    const ids = alignerPromptIds(this.#tokenizer, audioTokens, words);
    const { maxPositions } = this.#model.info;
    if (ids.length > maxPositions) {
      const part = `${words.length} words in ${seconds.toFixed(0)} s at ${start.toFixed(0)} s`;
      const message = `${part} need ${ids.length} positions, the aligner has ${maxPositions}`;
      throw new AsrError("input", message, "take shorter chunks");
    }
    session.prefill(ids);
    return await stages.finish(session, party);
  }

  [Symbol.dispose](): void {
    this.#model.close();
  }
}

/** The model's own ids and the tokenizer's must be the same language. */
function checkTokens({ folder, info }: Model, tokenizer: Tokenizer): void {
  for (const token of alignerTokens) tokenizer.specialId(token);
  const ids = { "<|audio_pad|>": info.tokens.audioPad, "<timestamp>": info.tokens.timestamp };
  for (const [token, expected] of Object.entries(ids)) {
    const id = tokenizer.specialId(token);
    if (id === expected) continue;
    const message = `${folder}: tokenizer: ${token} is ${id}, config.json says ${expected}`;
    const hint = "config.json and the tokenizer belong to different checkpoints";
    throw new AsrError("model", message, hint);
  }
}
