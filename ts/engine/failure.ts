import { aborted } from "../contract/aborted.ts";
import { AsrError } from "../contract/errors.ts";
import type { Transcript } from "../contract/transcript.ts";

/**
 * What a call that failed throws: the error, or the reason of its signal, with what was transcribed
 * before as its `partial`.
 */
export function failure(
  error: unknown,
  before: Transcript,
  signal: AbortSignal | undefined,
): unknown {
  const partial = before.chunks.length > 0 ? { ...before, truncated: true } : undefined;
  if (signal?.aborted) return aborted(signal.reason, partial);
  return error instanceof AsrError && partial !== undefined ? error.with(partial) : error;
}
