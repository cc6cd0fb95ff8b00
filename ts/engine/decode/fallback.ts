import { type AudioChunk, halves } from "../../audio/chunker.ts";
import {
  type ChunkResult,
  type DecodeContext,
  type DecodeOptions,
  decodeChunk,
  notDecoded,
} from "./chunk.ts";
import type { StageTimes } from "./decoding-model.ts";
import type { Engine } from "./engine.ts";

/** A shorter chunk is not cut in two, in seconds. */
const minHalvedSeconds = 4;

/** What usually ends a loop, where the audio alone does not. */
export const penalties = { repetitionPenalty: 1.15, noRepeatNgram: 6 };

/**
 * Decodes a chunk so that a decoder's known failures do not become the transcript:
 * - what cannot be heard at all is not decoded: models invent words for silence;
 * - a hypothesis that is the prompt's list of words is decoded again without the list;
 * - one that does not end is decoded again in two halves, and where a half does not end either,
 *   with penalties on repetition. What fails then, too, keeps its text up to the loop and says so.
 */
export async function decodeWithFallback(
  engine: Engine,
  audio: AudioChunk,
  options: DecodeOptions,
  context: DecodeContext,
): Promise<ChunkResult[]> {
  if (audio.isSilent) return [notDecoded(audio, "eos")];
  const decode = (part: AudioChunk, changes: Partial<DecodeOptions> = {}) =>
    decodeChunk(engine, part, { ...options, ...changes }, context);
  let first = await decode(audio);
  if (options.biasing.isEcho(first.chunk.text)) {
    first = withWorkOf(await decode(audio, { prompt: options.barePrompt }), first);
  }
  if (!hasFailed(first, options)) return [first];
  const parts = audio.end - audio.start >= minHalvedSeconds ? halves(audio) : [audio];
  const results: ChunkResult[] = [];
  for (const part of parts) {
    let result = part === audio ? first : await decode(part);
    if (hasFailed(result, options)) {
      const session = { ...options.session, ...penalties };
      const again = withWorkOf(await decode(part, { session }), result);
      result = hasFailed(again, options) ? { ...again, chunk: result.chunk } : again;
    }
    results.push(result);
  }
  if (parts.length > 1) results[0] = withWorkOf(results[0]!, first);
  return results;
}

/** Whether the decoder repeats itself or finds no end that the caller did not set. */
export function hasFailed({ chunk }: ChunkResult, { maxTokens }: DecodeOptions): boolean {
  return (
    chunk.finishReason === "loop" || (chunk.finishReason === "length" && maxTokens === undefined)
  );
}

/** The result with the work of an earlier attempt counted in. */
export function withWorkOf(result: ChunkResult, earlier: Omit<ChunkResult, "chunk">): ChunkResult {
  return {
    chunk: result.chunk,
    inputTokens: result.inputTokens + earlier.inputTokens,
    outputTokens: result.outputTokens + earlier.outputTokens,
    times: sumOfTimes(result.times, earlier.times),
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
