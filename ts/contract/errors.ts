import type { Transcript } from "./transcript.ts";

/** All codes of errors. */
export const errorCodes = [
  "input",
  "usage",
  "model",
  "native",
  "output",
  "aborted",
  "internal",
] as const;

/**
 * What failed: `input` the audio, `usage` an option or the order of calls, `model` the checkpoint,
 * `native` the Swift library or the platform, `output` a file for the transcript, `aborted`
 * nothing: the caller stopped the call. `internal` is a fault of bun-asr itself: please report it.
 */
export type AsrErrorCode = (typeof errorCodes)[number];

/** What a program may want to tell from other errors of the same code. */
export type AsrErrorReason =
  /** The recording is longer than `maxSeconds`. */
  | "too long"
  /** Words were asked for, and nothing here tells their times. */
  | "no words";

export interface AsrErrorOptions extends ErrorOptions {
  reason?: AsrErrorReason | undefined;
}

/**
 * The one error type that bun-asr throws. `message` says what and which file, `hint` what to do.
 *
 * @example
 * try {
 *   await transcribe("no such file.wav", { model: "demo" });
 * } catch (error) {
 *   if (error instanceof AsrError) console.log(error.code, error.message, error.hint);
 * }
 */
export class AsrError extends Error {
  override readonly name = "AsrError";
  readonly code: AsrErrorCode;
  /** What to do about it. */
  declare readonly hint?: string;
  declare readonly reason?: AsrErrorReason;
  /** What was transcribed before it failed. */
  declare partial?: Transcript;

  constructor(code: AsrErrorCode, message: string, hint?: string, options: AsrErrorOptions = {}) {
    super(message, options);
    this.code = code;
    // Whoever prints the error sees no more than it has to say.
    if (hint !== undefined) this.hint = hint;
    if (options.reason !== undefined) this.reason = options.reason;
  }

  /** The same error, with what was transcribed before. */
  with(partial: Transcript): this {
    this.partial = partial;
    return this;
  }

  /** One line: what failed, and what to do about it. What nobody would read to its end is cut. */
  get oneLine(): string {
    const text = this.hint === undefined ? this.message : `${this.message}; ${this.hint}`;
    return text.replaceAll(/\s*[\r\n]+\s*/g, " ").replaceAll(longWord, "$1…$2");
  }
}

/** The beginning and the end of what is longer than paths are, such as a file in base64. */
const longWord = /(\S{160})\S{800,}(\S{80})/gu;

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
