import { type AudioChunk, halves } from "../../audio/chunker.ts";
import type { Engine } from "../engine.ts";
import {
  type ChunkResult,
  type DecodeOptions,
  decodeChunk,
  type Listener,
  type StageTimes,
  unheard,
} from "./chunk.ts";

/** A shorter chunk is not cut in two, in seconds. */
const shortestHalved = 4;

/** What usually ends a loop, where the audio alone does not. */
export const penalties = { repetitionPenalty: 1.15, noRepeatNgram: 6 };

/**
 * Decodes a chunk so that a decoder's known failures do not become the transcript:
 * - what cannot be heard at all is not decoded: models invent words for silence;
 * - an answer that is the prompt's list of words is decoded again without the list;
 * - an answer that does not end is decoded again in two halves, and where a half does not end
 *   either, with penalties on repetition. What fails then, too, keeps its text up to the loop and
 *   says so.
 */
export async function decodeCarefully(
  engine: Engine,
  audio: AudioChunk,
  options: DecodeOptions,
  listener: Listener,
): Promise<ChunkResult[]> {
  if (audio.isSilent) return [unheard(audio, "eos")];
  const decode = (part: AudioChunk, changes: Partial<DecodeOptions> = {}) =>
    decodeChunk(engine, part, { ...options, ...changes }, listener);
  let first = await decode(audio);
  const { steering } = options;
  if (steering.isEcho(first.chunk.text)) {
    first = added(await decode(audio, { steering: { ...steering, systemText: "" } }), first);
  }
  if (!isLost(first, options)) return [first];
  const parts = audio.end - audio.start >= shortestHalved ? halves(audio) : [audio];
  const results: ChunkResult[] = [];
  for (const part of parts) {
    let result = part === audio ? first : await decode(part);
    if (isLost(result, options)) {
      const session = { ...options.session, ...penalties };
      const again = added(await decode(part, { session }), result);
      result = isLost(again, options) ? { ...again, chunk: result.chunk } : again;
    }
    results.push(result);
  }
  if (parts.length > 1) results[0] = added(results[0]!, first);
  return results;
}

/** Whether the decoder failed: it repeats itself or finds no end that the caller did not set. */
export function isLost({ chunk }: ChunkResult, { maxTokens }: DecodeOptions): boolean {
  return (
    chunk.finishReason === "loop" || (chunk.finishReason === "length" && maxTokens === undefined)
  );
}

/** The result with the work of an earlier attempt counted in. */
export function added(result: ChunkResult, earlier: Omit<ChunkResult, "chunk">): ChunkResult {
  return {
    chunk: result.chunk,
    inputTokens: result.inputTokens + earlier.inputTokens,
    outputTokens: result.outputTokens + earlier.outputTokens,
    times: sumOf(result.times, earlier.times),
  };
}

/** The times of both together. */
export function sumOf(a: StageTimes, b: StageTimes): StageTimes {
  return {
    melMs: a.melMs + b.melMs,
    encodeMs: a.encodeMs + b.encodeMs,
    prefillMs: a.prefillMs + b.prefillMs,
    decodeMs: a.decodeMs + b.decodeMs,
  };
}
