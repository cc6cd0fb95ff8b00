import { sentencesOf } from "../../segments/sentences.ts";

/** Prints text that comes in parts, a line for each sentence as soon as the next one begins. */
export class SentencePrinter {
  readonly #print: (line: string) => void;
  /** What was not printed yet: at most one sentence. */
  pending = "";

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  push(text: string): void {
    this.pending += text;
    const sentences = sentencesOf(this.pending);
    for (const { from, to } of sentences.slice(0, -1)) this.#print(this.pending.slice(from, to));
    const last = sentences.at(-1);
    // White space at its end may separate it from what comes.
    if (last !== undefined) this.pending = this.pending.slice(last.from);
  }

  /** Prints what is left. */
  end(): void {
    const rest = this.pending.trim();
    this.pending = "";
    if (rest !== "") this.#print(rest);
  }
}
