import { AsrError, type AsrErrorCode, type AsrErrorReason, messageOf } from "../contract/errors.ts";
import type { Transcript } from "../contract/transcript.ts";

/** An error as it crosses between threads: structured cloning would lose its class. */
export interface WireError {
  code: AsrErrorCode;
  message: string;
  hint: string | undefined;
  reason?: AsrErrorReason | undefined;
  partial: Transcript | undefined;
  cause: WireCause | undefined;
}

/** What an error came from: the text of it, since it may hold what cannot be cloned. */
interface WireCause {
  name: string;
  message: string;
  stack: string | undefined;
  /** Of an error of the system, as in `EMFILE`. */
  code: string | undefined;
  cause: WireCause | undefined;
}

const reportHint = "this is a fault of bun-asr itself: please report it, with the stack of `cause`";

/** So many causes of causes are kept. */
const maxDepth = 8;

/** Takes an error apart. What is no AsrError is a fault of ours: the cause of one that is. */
export function toWire(error: unknown): WireError {
  if (error instanceof AsrError) {
    const { code, message, hint, reason, partial, cause } = error;
    return { code, message, hint, reason, partial, cause: causeOf(cause) };
  }
  const partial =
    error instanceof Error && "partial" in error ? (error.partial as Transcript) : undefined;
  const message = messageOf(error);
  return { code: "internal", message, hint: reportHint, partial, cause: causeOf(error) };
}

const none = { stack: undefined, code: undefined, cause: undefined };

function causeOf(thrown: unknown, depth = 0): WireCause | undefined {
  if (thrown === undefined || depth >= maxDepth) return undefined;
  if (!(thrown instanceof Error)) {
    return { name: "Error", message: String(thrown), ...none };
  }
  const { name, message, stack } = thrown;
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
  return { name, message, stack, code, cause: causeOf(thrown.cause, depth + 1) };
}

/** Puts it together again. */
export function fromWire({ code, message, hint, reason, partial, cause }: WireError): AsrError {
  const options = cause === undefined ? { reason } : { reason, cause: errorOf(cause) };
  const error = new AsrError(code, message, hint, options);
  return partial === undefined ? error : error.with(partial);
}

function errorOf({ name, message, stack, code, cause }: WireCause): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: errorOf(cause) });
  error.name = name;
  if (code !== undefined) Object.assign(error, { code });
  if (stack !== undefined) error.stack = stack;
  return error;
}
