// This folder: when the words of a text were said: by an aligner, or by what the decoder looked at.

import type { WordTables } from "../../align/words/word-tables.ts";
import { spokenWords } from "../../align/words/words.ts";
import type { AudioChunk } from "../../audio/speech/chunker.ts";
import { instead } from "../../checkpoint/kind.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import { alignerLanguages } from "../../contract/language-names.ts";
import type { CheckedSettings } from "../../contract/options.ts";
import type { DecodedChunk, TimedWord } from "../../contract/transcript.ts";
import type { AnswerListener, HeardAnswer } from "../decode/answer-listener.ts";
import type { ChunkResult } from "../decode/chunk.ts";
import type { Engine } from "../decode/engine.ts";
import type { DecodeParty } from "../decode/stages.ts";
import type { Aligner, FoundWords } from "./aligner.ts";
import type { AlignerSource, OpeningContext } from "./aligner-source.ts";
import { attentionWords } from "./attention.ts";
import { pieceOf } from "./audio-piece.ts";

/** What is asked for, and the languages that the recording may be in, where they are known. */
export interface WordSettings extends Pick<CheckedSettings, "language" | "languages"> {
  words: NonNullable<CheckedSettings["words"]>;
}

/** Whether `auto` finds somebody on this machine who can tell the times of words. */
export async function canTimeWords(
  engine: Pick<Engine, "model">,
  source: AlignerSource,
  { language, languages = language && [language] }: Omit<WordSettings, "words">,
  signal: AbortSignal,
): Promise<boolean> {
  if (engine.model.info.alignmentHeads > 0) return true;
  return (!languages || languages.some(isKnown)) && (await source.isHere(signal));
}

/**
 * Who finds the times of words for one recording: as the caller chose, as far as it can be had. An
 * aligner is asked about each chunk of a language that it knows; for the others, or without one,
 * the decoder's attention tells.
 */
export class WordTimes implements AnswerListener {
  readonly #engine: Engine;
  readonly #source: AlignerSource;
  readonly #choice: WordSettings["words"];
  /** Those that the recording may be in; undefined: any. */
  readonly #languages: readonly string[] | undefined;
  readonly #hasHeads: boolean;
  #aligner: Aligner | undefined;
  readonly #notes = new Set<string>();
  #onProgress: OpeningContext["onProgress"];

  /**
   * Throws AsrError `usage` where nobody can tell the times: this model's attention does not, and
   * the aligner is not wanted, or does not know the language.
   */
  constructor(engine: Engine, source: AlignerSource, settings: WordSettings) {
    const { words, language, languages } = settings;
    this.#engine = engine;
    this.#source = source;
    this.#choice = words;
    this.#languages = languages ?? (language ? [language] : undefined);
    this.#hasHeads = engine.model.info.alignmentHeads > 0;
    if (this.#hasHeads || (words !== "attention" && this.#mayBeAligned)) return;
    const other = this.#mayBeAligned ? "use the aligner (--words aligner), " : "";
    const hint = `${other}use another model, or search for its heads with find-heads`;
    throw noWords(`${noHeads}: its attention tells no times of words`, hint);
  }

  /** What a person should know of the times, a sentence each. */
  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /**
   * Throws AsrError `usage` where `auto` finds nobody, and `model` where the aligner that was named
   * is not there. It opens nothing, so that it is quick.
   */
  async checkSource({ signal }: OpeningContext): Promise<void> {
    const isNeeded = !this.#hasHeads || this.#source.place.isNamed;
    if (this.#choice !== "auto" || !this.#mayBeAligned || !isNeeded) return;
    if (!(await this.#source.isHere(signal))) this.#doWithout();
  }

  /**
   * Opens the aligner where it is wanted; `auto` wants one that is on this machine, and of a live
   * stream none where attention tells words while they are said. Throws AsrError where it cannot be
   * had and attention does not do: nor does it for a caller who named an aligner.
   */
  async prepare(context: OpeningContext, { isLive = false } = {}): Promise<void> {
    this.#onProgress = context.onProgress;
    if (this.#choice === "attention" || !this.#mayBeAligned) return;
    const isAuto = this.#choice === "auto";
    if (isAuto && isLive && this.#hasHeads) return;
    try {
      if (isAuto && !(await this.#source.isHere(context.signal))) this.#doWithout();
      else this.#aligner = await this.#source.open(context);
      for (const note of this.#aligner?.notes ?? []) this.#notes.add(note);
    } catch (error) {
      const isMeant = !isAuto || this.#source.place.isNamed;
      if (context.signal.aborted) throw error;
      if (isMeant || !this.#hasHeads) throw asNoWords(error);
      this.#notes.add(`times of words are estimated, for ${messageOf(error)}`);
    }
  }

  /** Throws where attention does not do. */
  #doWithout(): void {
    const { name, isNamed } = this.#source.place;
    if (!this.#hasHeads) {
      const hint = "fetch it (--words aligner), or search for heads with find-heads";
      throw noWords(`${noHeads}, and the aligner (${name}) is not on this machine`, hint);
    }
    if (!isNamed) return;
    const message = `the aligner (${name}) is not on this machine`;
    const hint = `use ${instead.aligner}; --words aligner fetches one of the hub`;
    throw new AsrError("model", message, hint, { reason: "no words" });
  }

  /** Whether sessions have to keep what they look at. */
  get needsAttention(): boolean {
    const isSure = this.#choice === "aligner" && (this.#languages?.every(isKnown) ?? false);
    return this.#hasHeads && !isSure;
  }

  /** The words of an answer by attention, unless only the aligner is to be asked. */
  wordsOf(answer: HeardAnswer): TimedWord[] | undefined {
    // What the aligner will tell is needed all the same where it may fail.
    const isAligned = this.#choice === "aligner" && this.#isAligned(answer.chunk.language);
    if (!this.needsAttention || isAligned) return undefined;
    return attentionWords(answer, this.#engine.model.info);
  }

  /** Times the words that are not timed yet, in parts of a piece of audio. */
  async complete(
    audio: AudioChunk,
    results: readonly ChunkResult[],
    party: DecodeParty,
  ): Promise<ChunkResult[]> {
    const timed: ChunkResult[] = [];
    for (const result of results) timed.push(await this.#completed(audio, result, party));
    return timed;
  }

  async #completed(
    audio: AudioChunk,
    result: ChunkResult,
    party: DecodeParty,
  ): Promise<ChunkResult> {
    const { chunk } = result;
    if (chunk.text === "") return result;
    if (!this.#isAligned(chunk.language)) {
      this.#noteLanguage(chunk.language);
      return result;
    }
    const found = await this.#aligned(pieceOf(audio, chunk), chunk, party);
    if (found === undefined) return result;
    const wordsMs = (result.wordsMs ?? 0) + found.wordsMs;
    return { ...result, chunk: { ...chunk, words: found.words }, wordsMs };
  }

  /** What the aligner finds; undefined where the signal ended the work, or attention has to do. */
  async #aligned(
    { samples, start, end }: AudioChunk,
    { text, language, words: estimated }: DecodedChunk,
    party: DecodeParty,
  ): Promise<FoundWords | undefined> {
    const tables = await this.#tables(language, party.signal);
    if (tables === undefined) return undefined;
    const words = spokenWords(text, language, tables);
    const piece = { samples, start, seconds: end - start, text, words };
    try {
      return await this.#aligner?.times(piece, this.#engine.stages, party);
    } catch (error) {
      if (this.#choice !== "auto" || estimated === undefined) throw error;
      this.#notes.add(`some times of words are estimated, for ${messageOf(error)}`);
      return undefined;
    }
  }

  /** What the words of a language are cut by; undefined where the signal ended the work. */
  async #tables(
    language: string,
    signal = new AbortController().signal,
  ): Promise<WordTables | undefined> {
    const { place } = this.#source;
    try {
      const { tables, note } = await place.tables(language, {
        signal,
        onProgress: this.#onProgress,
      });
      if (note !== undefined) this.#notes.add(note);
      return tables;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  /** Whether the recording may be in a language that the aligner knows. */
  get #mayBeAligned(): boolean {
    return this.#languages?.some(isKnown) ?? true;
  }

  #isAligned(language: string): boolean {
    return this.#aligner !== undefined && isKnown(language);
  }

  #noteLanguage(language: string): void {
    if (this.#aligner === undefined) return;
    const instead = this.#hasHeads
      ? "times of words in it are estimated"
      : `words in it have no times, as ${noHeads}`;
    this.#notes.add(`the aligner does not know ${language}: ${instead}`);
  }
}

function noWords(message: string, hint: string): AsrError {
  return new AsrError("usage", message, hint, { reason: "no words" });
}

/** An aligner that cannot be had is one more way to have no words; other failures stay. */
function asNoWords(error: unknown): unknown {
  if (!(error instanceof AsrError) || error.code !== "model") return error;
  const { code, message, hint, cause } = error;
  return new AsrError(code, message, hint, { reason: "no words", cause });
}

const noHeads = "this model has no alignment heads";

/** A text without a language may well be in one that the aligner knows. */
function isKnown(language: string): boolean {
  return language === "" || alignerLanguages.has(language);
}
