import type { CallOptions } from "../../contract/options.ts";
import type { Arguments } from "../flags/arguments.ts";
import { Opening } from "../terminal/opening.ts";
import type { ProgressLine } from "../terminal/progress-line.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Opens the model that a command line names. */
export type Load<Recognizer> = (given: Arguments, options: CallOptions) => Promise<Recognizer>;

/** The terminal, with lines that are rewritten or without as the user wants it. */
export function withProgress(terminal: Terminal, progress: Arguments["progress"]): Terminal {
  return progress === "auto" ? terminal : { ...terminal, noteIsTty: progress === "always" };
}

/** Opens the model, and tells how far that is. */
export async function opened<Recognizer>(
  given: Arguments,
  terminal: Terminal,
  line: ProgressLine,
  signal: AbortSignal,
  load: Load<Recognizer>,
): Promise<Recognizer> {
  const opening = new Opening(terminal, line, given.model, given.quiet);
  try {
    line.show("loading the model");
    return await load(given, { signal, onProgress: opening.progress });
  } finally {
    opening.end();
  }
}
