import type { StreamEvent } from "../contract/events.ts";
import type { DecodedChunk } from "../contract/transcript.ts";
import { separator, tailLength } from "../text/joining.ts";

/**
 * Tells of a transcript's text so that the deltas joined are the text. What was told once is never
 * told again and never taken back.
 */
export class Publisher {
  readonly #tell: (event: StreamEvent) => void;
  /** The end of the finished chunks' text. */
  #tail = "";
  /** What was told of the open chunk, the separator before it included. */
  #told = "";

  constructor(tell: (event: StreamEvent) => void) {
    this.#tell = tell;
  }

  /** The open chunk's text so far, of which anything may change that is not settled. */
  partial(text: string): void {
    this.#tell({ type: "partial", text: this.#after(text).slice(this.#told.length) });
  }

  /** The open chunk begins with this text; white space after it may still go. */
  settled(text: string): void {
    const settled = text.trimEnd();
    // Quotation marks alone do not tell the script, and with it the separator.
    if (/[^\s"'“‘”’]/u.test(settled)) this.#delta(settled);
  }

  /** The open chunk is finished. */
  final({ text, start, end, language, finishReason }: DecodedChunk): void {
    this.#delta(text);
    this.#tail = (this.#tail + this.#told).slice(-tailLength);
    this.#told = "";
    this.#tell({ type: "final", text, start, end, language, finishReason });
  }

  #delta(text: string): void {
    const after = this.#after(text);
    const delta = after.slice(this.#told.length);
    this.#told = after;
    if (delta !== "") this.#tell({ type: "delta", text: delta });
  }

  #after(text: string): string {
    return separator(this.#tail, text) + text;
  }
}
