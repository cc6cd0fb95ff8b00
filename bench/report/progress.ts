import { StatusLine, type Terminal } from "../../ts/cli/terminal/terminal.ts";

/** Says on standard error what is being measured: one line rewritten, or a line each. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #status: StatusLine;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#status = new StatusLine(terminal, true);
  }

  /** What happens now. */
  step(text: string): void {
    if (this.#terminal.noteIsTty) this.#status.show(`bench: ${text}`);
    else this.#terminal.note(`bench: ${text}\n`);
  }

  /** A line that stays. */
  note(text: string): void {
    this.#status.clear();
    this.#terminal.note(`bench: ${text}\n`);
  }

  clear(): void {
    this.#status.clear();
  }
}
