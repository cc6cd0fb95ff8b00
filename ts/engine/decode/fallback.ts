import { type AudioChunk, halves } from "../../audio/speech/chunker.ts";
import { optionTable } from "../../contract/option-table.ts";
import { speakingTime } from "../../segments/speaking-time.ts";
import {
  type ChunkResult,
  type DecodeContext,
  type DecodeOptions,
  decodeChunk,
  type HeardBefore,
  notDecoded,
} from "./chunk.ts";
import type { StageTimes } from "./decoding-model.ts";
import type { Engine } from "./engine.ts";
import { isTooShort } from "./missing-text.ts";

/** A shorter chunk is not cut in two, in seconds. */
const minHalvedSeconds = 4;
/** Halves of a failed chunk that are longer than this times what suits the model are cut on. */
const maxLength = 1.5;

/** What usually ends a loop, where the audio alone does not. */
export const penalties = { repetitionPenalty: 1.15, noRepeatNgram: 6 };

/**
 * Decodes a chunk so that a decoder's known failures do not become the transcript:
 * - what cannot be heard at all is not decoded: models invent words for silence;
 * - a hypothesis that is the prompt's list of words, or that a prompt left empty or far too short,
 *   is decoded again without what the system turn says;
 * - one that does not end, has markers in it, or is far too short for the voice that is heard, is
 *   decoded again in halves, and these in halves while they are longer than the model likes;
 * - where one of those does not end well either, with penalties on repetition.
 * What fails then, too, keeps its text, up to a loop, and says so.
 */
export async function decodeWithFallback(
  engine: Engine,
  audio: AudioChunk,
  { before, ...options }: DecodeOptions,
  context: DecodeContext,
): Promise<ChunkResult[]> {
  if (audio.isSilent) return [notDecoded(audio, "eos")];
  const attempts = new Attempts(engine, options, context);
  const first = await attempts.decode(audio, before);
  if (!hasFailed(first, options)) return [first];
  const parts = audio.end - audio.start >= minHalvedSeconds ? attempts.parts(audio) : [audio];
  const results: ChunkResult[] = [];
  for (const part of parts) {
    const result = part === audio ? first : await attempts.decode(part);
    results.push(await attempts.penalised(part, result));
  }
  if (parts.length === 1) return results;
  const isShort = first.chunk.finishReason === "short";
  if (isShort && amountOf(results) <= amountOf([first])) return [results.reduce(withWorkOf, first)];
  results[0] = withWorkOf(results[0]!, first);
  const text = results.map(({ chunk }) => chunk.text).join(" ");
  return isShort && isTooShort(audio, text) ? results.map(asShort) : results;
}

/** Parts may be too short to be judged alone; what is short as a whole, they are, too. */
function asShort({ chunk, ...work }: ChunkResult): ChunkResult {
  const finishReason = chunk.finishReason === "eos" ? "short" : chunk.finishReason;
  return { ...work, chunk: { ...chunk, finishReason } };
}

/** The ways to decode a chunk, or a part of one. */
class Attempts {
  readonly #engine: Engine;
  readonly #options: DecodeOptions;
  readonly #context: DecodeContext;

  constructor(engine: Engine, options: DecodeOptions, context: DecodeContext) {
    this.#engine = engine;
    this.#options = options;
    this.#context = context;
  }

  /** As it is, and again without the prompt where that may have led astray. */
  async decode(audio: AudioChunk, before?: HeardBefore): Promise<ChunkResult> {
    const result = await this.#with(audio, { before });
    const { biasing, barePrompt } = this.#options;
    const { text, finishReason } = result.chunk;
    const isEcho = biasing.isEcho(text);
    const isEmpty = finishReason === "eos" && text === "" && audio.speech.length > 0;
    const isMissing = isEmpty || finishReason === "short" || finishReason === "garbled";
    if (biasing.systemText === "" || !(isEcho || isMissing)) return result;
    const bare = withWorkOf(await this.#with(audio, { prompt: barePrompt }), result);
    const isBetter = bare.chunk.finishReason === "eos" && amountOf([bare]) > amountOf([result]);
    return isEcho || isBetter ? bare : { ...bare, chunk: result.chunk };
  }

  /** With penalties, which do not help against leaving words out. */
  async penalised(audio: AudioChunk, result: ChunkResult): Promise<ChunkResult> {
    if (!hasFailed(result, this.#options) || result.chunk.finishReason === "short") return result;
    const session = { ...this.#options.session, ...penalties };
    const again = withWorkOf(await this.#with(audio, { session }), result);
    return hasFailed(again, this.#options) ? { ...again, chunk: result.chunk } : again;
  }

  /** Two halves or more, of a length that suits the model. */
  parts(audio: AudioChunk): AudioChunk[] {
    const preferred = this.#engine.chunking.chunkSeconds ?? optionTable.chunkSeconds.default;
    const cut = (part: AudioChunk): AudioChunk[] =>
      part.end - part.start > maxLength * preferred ? halves(part).flatMap(cut) : [part];
    return halves(audio).flatMap(cut);
  }

  #with(audio: AudioChunk, changes: Partial<DecodeOptions>): Promise<ChunkResult> {
    return decodeChunk(this.#engine, audio, { ...this.#options, ...changes }, this.#context);
  }
}

/** How much was said, in syllables. */
export function amountOf(results: readonly ChunkResult[]): number {
  return results.reduce((sum, { chunk }) => sum + speakingTime(chunk.text), 0);
}

/** Whether the decoder repeats itself, loses its thread, leaves much out, or finds no end. */
export function hasFailed({ chunk }: ChunkResult, { maxTokens }: DecodeOptions): boolean {
  const { finishReason } = chunk;
  if (finishReason === "length") return maxTokens === undefined;
  return finishReason === "loop" || finishReason === "garbled" || finishReason === "short";
}

/** The result with the work of an earlier attempt counted in. */
export function withWorkOf(result: ChunkResult, earlier: Omit<ChunkResult, "chunk">): ChunkResult {
  const wordsMs = (result.wordsMs ?? 0) + (earlier.wordsMs ?? 0);
  return {
    chunk: result.chunk,
    inputTokens: result.inputTokens + earlier.inputTokens,
    audioTokens: result.audioTokens + earlier.audioTokens,
    outputTokens: result.outputTokens + earlier.outputTokens,
    times: sumOfTimes(result.times, earlier.times),
    ...(wordsMs > 0 ? { wordsMs } : {}),
  };
}

/** The times of both together. */
export function sumOfTimes(a: StageTimes, b: StageTimes): StageTimes {
  return {
    melMs: a.melMs + b.melMs,
    encodeMs: a.encodeMs + b.encodeMs,
    prefillMs: a.prefillMs + b.prefillMs,
    decodeMs: a.decodeMs + b.decodeMs,
  };
}
