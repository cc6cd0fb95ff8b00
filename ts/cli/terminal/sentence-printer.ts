import { sentencesOf } from "../../segments/sentences.ts";
import type { Terminal } from "./terminal.ts";

/** Prints text that comes in parts, a line for each sentence as soon as the next one begins. */
export class SentencePrinter {
  readonly #terminal: Pick<Terminal, "out">;
  /** What was not printed yet: at most one sentence. */
  pending = "";

  constructor(terminal: Pick<Terminal, "out">) {
    this.#terminal = terminal;
  }

  push(text: string): void {
    this.pending += text;
    const sentences = sentencesOf(this.pending);
    for (const { from, to } of sentences.slice(0, -1)) {
      this.#terminal.out(`${this.pending.slice(from, to)}\n`);
    }
    const last = sentences.at(-1);
    // White space at its end may separate it from what comes.
    if (last !== undefined) this.pending = this.pending.slice(last.from);
  }

  /** Prints what is left. */
  end(): void {
    const rest = this.pending.trim();
    this.pending = "";
    if (rest !== "") this.#terminal.out(`${rest}\n`);
  }
}
