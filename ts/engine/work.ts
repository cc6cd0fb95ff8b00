// This folder: audio to transcripts; here what recordings and live streams share.

import type { Range } from "../audio/samples/checked.ts";
import type { AudioStream } from "../audio/samples/recording.ts";
import { aborted } from "../contract/aborted.ts";
import { AsrError } from "../contract/errors.ts";
import type { Progress } from "../contract/options.ts";
import type { Transcript } from "../contract/transcript.ts";
import type { Engine } from "./decode/engine.ts";
import type { OpeningContext } from "./words/aligner-source.ts";

/** One transcription: it runs through the audio, and has the transcript of what is finished. */
export interface Work {
  run(audio: AudioStream): Promise<void>;
  transcript(): Transcript;
}

/** What every transcription may have. */
export interface WorkContext {
  /** Ends the work between two native calls. */
  signal?: AbortSignal | undefined;
  /** Takes the seconds of audio that are done; `total` is undefined where it is not known. */
  onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  /** Is told how far the opening of an aligner is, with what is fetched for it. */
  onOpening?: ((progress: Progress) => void) | undefined;
}

/**
 * Tells how far the work is: the seconds of what is heard until a place, and of all that is heard.
 * `duration` is what is known of the recording's length; some headers only guess.
 */
export function tell(
  { onProgress }: WorkContext,
  { start, end }: Range,
  place: number,
  duration = Number.POSITIVE_INFINITY,
): void {
  const done = Math.max(0, place - start);
  const total = Math.max(done, Math.min(end, duration) - start);
  onProgress?.(done, Number.isFinite(total) ? total : undefined);
}

/** For whom an aligner is opened. */
export function openingFor({ signal, onOpening }: WorkContext): OpeningContext {
  return { signal: signal ?? new AbortController().signal, onProgress: onOpening };
}

/**
 * Does the work. What fails half-way, an abort included, throws with the transcript of what was
 * finished as `partial`.
 */
export async function perform(
  engine: Engine,
  work: Work,
  open: () => Promise<AudioStream>,
  signal: AbortSignal | undefined,
): Promise<Transcript> {
  using _use = engine.use();
  try {
    signal?.throwIfAborted();
    await work.run(await open());
    return work.transcript();
  } catch (error) {
    throw withPartial(error, work.transcript(), signal);
  }
}

/** The error, or the reason of an abort, with what was transcribed before. */
function withPartial(error: unknown, before: Transcript, signal: AbortSignal | undefined): unknown {
  const partial = before.chunks.length > 0 ? { ...before, truncated: true } : undefined;
  if (signal?.aborted) return aborted(signal.reason, partial);
  return error instanceof AsrError && partial !== undefined ? error.with(partial) : error;
}
