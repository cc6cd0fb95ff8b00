// This folder: the commands, a file each, all made by `command`.

import { AsrError } from "../../contract/errors.ts";
import { program } from "../../native/program.ts";
import { type FlagTable, flagHelp, type GivenFlags, readFlags } from "../flags/flags.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** What a command needs before it runs; the set-up of a clone builds or fetches it. */
export type Need = "library" | "ffmpeg";

/** Sees to it that what a command needs is there. */
export type Prepare = (needs: readonly Need[]) => Promise<void>;

/** A command line whose flags were read. */
export interface CommandLine<Table extends FlagTable> {
  /** As it was typed, without the name of the command. */
  argv: readonly string[];
  flags: GivenFlags<Table>;
  /** What is no flag: files, models. */
  names: readonly string[];
}

/** What a command is made of. */
export interface Definition<Table extends FlagTable, Arguments> {
  name: string;
  /** One line, for the list of commands. */
  summary: string;
  /** What stands between its name and its options in the first line of its help. */
  synopsis: string;
  /** Whether it takes what is no flag. */
  takesNames: boolean;
  /** What it does, in lines of at most 100 columns that are broken by hand. */
  description: string;
  /** Its flags; `help` is one of them. */
  flags: Table;
  /** Those that its help shows, where some are known only to be refused with a reason. */
  shown?: FlagTable;
  /** What the help says instead where it is asked for behind such names. */
  helpFor?(names: readonly string[]): Help | undefined;
  /** What its help ends with, such as its exit statuses. */
  closing?: string;
  /** What a command line asks for, as far as it can be done. Throws AsrError, mostly `usage`. */
  read(line: CommandLine<Table>): Arguments | Promise<Arguments>;
  needs(given: Arguments): readonly Need[];
  /** Returns the exit status. An AsrError becomes one line of notes and its exit status. */
  run(given: Arguments, terminal: Terminal): Promise<number>;
}

/** What a help text is made of, besides the command's name. */
type Help = Pick<
  Definition<FlagTable, never>,
  "synopsis" | "description" | "flags" | "shown" | "closing"
>;

/** A command of the program. Every one has a file of its own here, and is made by `command`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Its help text. */
  usage(): string;
  /**
   * Reads the command line, prepares what the command needs, and runs it, or shows its help:
   * returns the exit status. A wrong command line is refused before anything is prepared.
   */
  run(argv: readonly string[], terminal: Terminal, prepare?: Prepare): Promise<number>;
}

/** Makes a command. */
export function command<const Table extends FlagTable, Arguments>(
  definition: Definition<Table, Arguments>,
): Command {
  const { name, summary, flags: table, takesNames } = definition;
  const usage = (names: readonly string[] = []) =>
    usageOf(name, definition.helpFor?.(names) ?? definition);
  return {
    name,
    summary,
    usage: () => usage(),
    run: async (argv, terminal, prepare = async () => {}) =>
      await exitStatusOf(terminal, async () => {
        const { given: flags, names } = readFlags(argv, table);
        if (flags.has("help")) {
          terminal.out(usage(names));
          return 0;
        }
        const [stray] = takesNames ? [] : names;
        if (stray !== undefined) {
          throw new AsrError("usage", `${name} takes no "${stray}"`, "see --help");
        }
        const given = await definition.read({ argv, flags, names });
        await prepare(definition.needs(given));
        return await definition.run(given, terminal);
      }),
  };
}

/** The flag that every table has. */
export const helpFlag = { short: "h", help: "this text" } as const;

/** The flag of commands that write notes. */
export const quietFlag = {
  short: "q",
  help: "no notes and no progress on standard error",
} as const;

function usageOf(
  name: string,
  { synopsis, description, flags, shown = flags, closing }: Help,
): string {
  const all = Object.values(shown).flatMap((group) => Object.keys(group));
  const hasOptions = all.some((flag) => flag !== "help");
  const words = [program, name, synopsis, hasOptions ? "[options]" : ""];
  const head = `usage: ${words.filter((word) => word !== "").join(" ")}`;
  const parts = [head, description, ...(hasOptions ? [flagHelp(shown).trimEnd()] : [])];
  return `${[...parts, ...(closing === undefined ? [] : [closing])].join("\n\n")}\n`;
}

/** Runs what belongs to a command: what fails for the user's sake is one line of notes. */
export async function exitStatusOf(
  terminal: Terminal,
  run: () => Promise<number>,
): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    terminal.note(`error: ${error.oneLine}\n`);
    return exitCodes[error.code];
  }
}
