import { deflateSync } from "node:zlib";
import type { Chunk, Segment, Transcript } from "../../contract/transcript.ts";

/** A segment as Whisper tells it. Clients check that it has all of these fields, and no null. */
export interface VerboseSegment {
  id: number;
  /** Where the chunk begins that the segment is of, in frames of 10 ms. */
  seek: number;
  start: number;
  end: number;
  text: string;
  /** Always empty: a transcript has the text of its tokens, not their numbers. */
  tokens: number[];
  temperature: number;
  avg_logprob: number;
  /** Of the text of the chunk that the segment is of: high where a decoder repeats itself. */
  compression_ratio: number;
  /** Always 0: the model does not tell it, and what it hears no speech in has no segment. */
  no_speech_prob: number;
}

export function verboseSegments(
  { segments, chunks }: Transcript,
  temperature: number,
): VerboseSegment[] {
  const chunkOf = segments.map((segment) => chunks.findLast((chunk) => isOf(segment, chunk)));
  const texts = new Map<Chunk | undefined, string>();
  for (const [index, { text }] of segments.entries()) {
    const before = texts.get(chunkOf[index]);
    texts.set(chunkOf[index], before === undefined ? text : `${before} ${text}`);
  }
  const ratios = new Map([...texts].map(([chunk, text]) => [chunk, compressionRatio(text)]));
  return segments.map(({ id, start, end, text, avgLogprob }, index) => ({
    id,
    seek: Math.floor((chunkOf[index]?.start ?? 0) * 100),
    start,
    end,
    text,
    tokens: [],
    temperature,
    avg_logprob: avgLogprob,
    compression_ratio: ratios.get(chunkOf[index]) ?? 1,
    no_speech_prob: 0,
  }));
}

/** Times of segments are rounded to milliseconds. */
function isOf(segment: Segment, chunk: Chunk): boolean {
  return chunk.channel === segment.channel && chunk.start <= segment.start + 5e-4;
}

/** As Whisper computes it: the bytes of a text over those that zlib makes of them. */
export function compressionRatio(text: string): number {
  const bytes = Buffer.from(text);
  return bytes.length / deflateSync(bytes).length;
}
