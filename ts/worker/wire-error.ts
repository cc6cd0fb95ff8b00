import { AsrError, type AsrErrorCode, messageOf } from "../contract/errors.ts";
import type { Transcript } from "../contract/transcript.ts";

/** An error as it crosses between threads: structured cloning would lose its class. */
export interface WireError {
  /** Undefined for what is no AsrError. */
  code: AsrErrorCode | undefined;
  message: string;
  hint: string | undefined;
  partial: Transcript | undefined;
}

/** Takes an error apart. */
export function toWire(error: unknown): WireError {
  if (error instanceof AsrError) {
    const { code, message, hint, partial } = error;
    return { code, message, hint, partial };
  }
  const partial =
    error instanceof Error && "partial" in error ? (error.partial as Transcript) : undefined;
  return { code: undefined, message: messageOf(error), hint: undefined, partial };
}

/** Puts it together again. */
export function fromWire({ code, message, hint, partial }: WireError): Error {
  const error = new AsrError(code ?? "native", message, hint);
  return partial === undefined ? error : error.with(partial);
}
