import { type AudioRemarks, noRemarks } from "../audio/samples/recording.ts";
import { mergedLanguages } from "../contract/languages.ts";
import type { DecodedChunk, FinishReason, Segment, Transcript } from "../contract/transcript.ts";
import { joinTurns } from "../text/joining.ts";
import type { ChunkResult } from "./decode/chunk.ts";
import { quietNote } from "./quiet-note.ts";
import type { WordTimes } from "./words/word-times.ts";

/** What a transcript says besides its chunks. */
interface Account {
  /** Of the recording, in seconds. */
  duration: number;
  /** Where hearing began, in seconds. */
  start: number;
  audioMs: number;
  totalMs: number;
  /** What reading the audio told. */
  remarks?: AudioRemarks | undefined;
  /** The largest absolute sample, where any was heard. */
  peak?: number | undefined;
  /** Those of all its chunks. */
  segments: Segment[];
  /** Who timed their words, where that was asked for. */
  words: WordTimes | undefined;
}

/** Makes the transcript of a recording from its chunks. */
export function transcriptOf(
  results: readonly ChunkResult[],
  { duration, start, audioMs, totalMs, remarks = noRemarks(), peak, segments, words }: Account,
): Transcript {
  const chunks = results.map(({ chunk }) => chunk);
  const { losses } = remarks;
  const text = joinTurns(chunks);
  const quiet = text === "" && peak !== undefined ? quietNote(peak) : undefined;
  const found = quiet === undefined ? remarks.notes : [...remarks.notes, quiet];
  const notes = [...found, ...(words?.notes ?? [])];
  const sum = (count: (result: ChunkResult) => number) =>
    results.reduce((total, result) => total + count(result), 0);
  const inputTokens = sum((result) => result.inputTokens);
  const audioTokens = sum((result) => result.audioTokens);
  const outputTokens = sum((result) => result.outputTokens);
  return {
    text,
    language: mergedLanguages(chunks.map((chunk) => chunk.language)),
    duration,
    segments,
    chunks: results.map(({ chunk, outputTokens: tokens }) => {
      const { start, end, channel, language, finishReason } = chunk;
      return {
        start,
        end,
        ...(channel === undefined ? {} : { channel }),
        language,
        tokens,
        finishReason,
      };
    }),
    usage: { inputTokens, audioTokens, outputTokens, totalTokens: inputTokens + outputTokens },
    finishReason: worst(chunks),
    truncated: losses.length > 0 || chunks.some((chunk) => chunk.finishReason !== "eos"),
    ...(losses.length > 0 ? { warnings: [...losses] } : {}),
    ...(notes.length > 0 ? { notes: notes } : {}),
    timings: {
      audioMs,
      melMs: sum(({ times }) => times.melMs),
      encodeMs: sum(({ times }) => times.encodeMs),
      prefillMs: sum(({ times }) => times.prefillMs),
      decodeMs: sum(({ times }) => times.decodeMs),
      ...(words === undefined ? {} : { wordsMs: sum(({ wordsMs = 0 }) => wordsMs) }),
      totalMs,
    },
    rtf: duration > start ? totalMs / 1000 / (duration - start) : 0,
  };
}

function worst(chunks: readonly DecodedChunk[]): FinishReason {
  return chunks.find((chunk) => chunk.finishReason !== "eos")?.finishReason ?? "eos";
}
