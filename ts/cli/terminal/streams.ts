import { codeOf, whyUnwritten } from "../../contract/unwritten.ts";
import { exitCodes } from "./exit-codes.ts";
import { processTerminal } from "./terminal.ts";

/** As a shell has it for a program that SIGPIPE ends. */
const brokenPipe = 141;

/**
 * Says what becomes of a process whose output cannot be written: results that are lost end it, and
 * notes that are lost change nothing.
 */
export function guardStreams(): void {
  process.stdout.on("error", (error) => {
    // Whoever reads may stop early, as in `| head`: then there is nothing left to do or to say.
    if (codeOf(error) === "EPIPE") process.exit(brokenPipe);
    processTerminal.note(`error: standard output cannot be written: ${whyUnwritten(error)}\n`);
    process.exit(exitCodes.output);
  });
  process.stderr.on("error", () => {});
}
