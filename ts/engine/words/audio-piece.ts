import { sampleRate } from "../../audio/samples/recording.ts";
import { type AudioChunk, filledUp } from "../../audio/speech/chunker.ts";
import type { Span } from "../../contract/transcript.ts";

/** A part of a chunk of audio, as it would be decoded on its own. */
export function pieceOf(audio: AudioChunk, { start, end }: Span): AudioChunk {
  if (start === audio.start && end === audio.end) return audio;
  const from = Math.round((start - audio.start) * sampleRate);
  const to = from + Math.round((end - start) * sampleRate);
  const samples = filledUp(audio.samples.subarray(from, to));
  const speech = audio.speech
    .map((span) => ({ start: Math.max(start, span.start), end: Math.min(end, span.end) }))
    .filter((span) => span.end > span.start);
  return { ...audio, start, end, samples, speech };
}
