import type { Terminal } from "../cli/terminal/terminal.ts";

/** What a command did. */
export interface Outcome {
  status: number;
  /** Standard output. */
  out: string;
  /** Standard error. */
  notes: string;
}

/** A terminal that remembers what is written to it. */
export class RecordedTerminal implements Terminal {
  readonly outIsTty: boolean;
  readonly noteIsTty: boolean;
  written = "";
  notes = "";

  /** `tty`: as where a person looks on. */
  constructor({ tty = false } = {}) {
    this.outIsTty = tty;
    this.noteIsTty = tty;
  }

  // Fields, so that a copy by spreading has them.
  readonly out = (text: string): void => {
    this.written += text;
  };
  readonly note = (text: string): void => {
    this.notes += text;
  };
  readonly renew = (text: string): void => {
    this.notes += `\r\x1b[K${text}`;
  };
}

/** Runs a command and gives what it wrote. */
export async function outcomeOf(
  run: (terminal: Terminal) => Promise<number>,
  { tty = false } = {},
): Promise<Outcome> {
  const terminal = new RecordedTerminal({ tty });
  const status = await run(terminal);
  return { status, out: terminal.written, notes: terminal.notes };
}
