// This folder: what a person sees: results, notes, progress, interrupts, exit statuses.

import { fstatSync } from "node:fs";
import { printable } from "./printable.ts";

/** Where a command writes: results to `out`, everything else to `note`. Tests pass their own. */
export interface Terminal {
  out(text: string): void;
  note(text: string): void;
  /** Begins the line of notes anew, with this text and without its end. */
  renew(text: string): void;
  /** Whether a person reads the results as they come. */
  outIsTty: boolean;
  /** Whether a line of notes can be rewritten in place. */
  noteIsTty: boolean;
  /** Whether standard input is a pipe or a file, which somebody may expect to be read. */
  inIsGiven?: boolean;
  /** Width of that line; undefined or 0 where it is not known. */
  columns?: number | undefined;
}

export const processTerminal: Terminal = {
  // Where no terminal reads it, a result has every character that belongs to it.
  out: (text) => {
    process.stdout.write(process.stdout.isTTY ? printable(text) : text);
  },
  note: (text) => {
    process.stderr.write(printable(text));
  },
  renew: (text) => {
    process.stderr.write(`\r\x1b[K${printable(text)}`);
  },
  outIsTty: process.stdout.isTTY === true,
  noteIsTty: process.stderr.isTTY === true,
  get inIsGiven() {
    return isGiven(0);
  },
  get columns() {
    // Terminals that do not know their width say 0.
    return process.stderr.columns || undefined;
  },
};

/** Whether a descriptor leads to a pipe or to a file that is not empty. */
function isGiven(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFIFO() || (stats.isFile() && stats.size > 0);
  } catch {
    // It is closed.
    return false;
  }
}

/** A line of notes that is rewritten in place, and not shown at all where that is impossible. */
export class StatusLine {
  readonly #terminal: Terminal;
  readonly #enabled: boolean;
  #shown = false;

  constructor(terminal: Terminal, enabled: boolean) {
    this.#terminal = terminal;
    this.#enabled = enabled && terminal.noteIsTty;
  }

  show(text: string): void {
    if (!this.#enabled) return;
    this.#terminal.renew(text);
    this.#shown = true;
  }

  /** Writes text that stays, on lines of its own in place of this one. */
  readonly lines: Pick<Terminal, "out" | "note"> = {
    out: (text) => {
      this.clear();
      this.#terminal.out(text);
    },
    note: (text) => {
      this.clear();
      this.#terminal.note(text);
    },
  };

  clear(): void {
    if (this.#shown) this.#terminal.renew("");
    this.#shown = false;
  }
}
