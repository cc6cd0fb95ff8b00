import { AsrError } from "./errors.ts";
import type { Transcript } from "./transcript.ts";

/**
 * What an aborted call throws: the signal's own reason, as web interfaces do, with the transcript
 * of what was finished as its `partial`. A reason that can hold none becomes the cause of an
 * AsrError.
 */
export function aborted(reason: unknown, partial: Transcript | undefined): unknown {
  if (partial === undefined) return reason;
  if (reason instanceof AsrError) {
    const { code, message, hint } = reason;
    return new AsrError(code, message, hint, { cause: reason }).with(partial);
  }
  // Calls may share a signal and with it the reason: it holds the partial of the first.
  if (reason instanceof Error && Object.isExtensible(reason) && !("partial" in reason)) {
    return Object.assign(reason, { partial });
  }
  return new AsrError("aborted", `aborted: ${String(reason)}`, undefined, { cause: reason }).with(
    partial,
  );
}
