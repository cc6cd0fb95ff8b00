// This folder: the command line, which is the one part that writes to a terminal.

import { existsSync } from "node:fs";
import packageFile from "../../package.json";
import { didYouMean } from "../contract/did-you-mean.ts";
import { AsrError, messageOf } from "../contract/errors.ts";
import { program } from "../native/program.ts";
import { exitStatusOf, type Prepare } from "./commands/command.ts";
import { type Commands, productCommands } from "./commands/index.ts";
import { exitCodes } from "./terminal/exit-codes.ts";
import { guardStreams } from "./terminal/streams.ts";
import { processTerminal, type Terminal } from "./terminal/terminal.ts";

/** What a clone's door adds to the program. */
export interface Door {
  /** Commands for those who work on the program itself. */
  commands: Commands;
  prepare: Prepare;
}

/**
 * Runs the command that the first word names: returns the exit status. What fails and is not
 * foreseen is shown with its trace.
 */
export async function main(
  argv: readonly string[],
  terminal: Terminal,
  door?: Door,
): Promise<number> {
  try {
    return await runCommand(argv, terminal, door);
  } catch (error) {
    const trace = (error instanceof Error ? error.stack : undefined) ?? messageOf(error);
    const advice = "please report it with the lines above";
    terminal.note(`${trace}\nerror: this is a fault of bun-asr itself; ${advice}\n`);
    return exitCodes.internal;
  }
}

async function runCommand(
  argv: readonly string[],
  terminal: Terminal,
  door: Door | undefined,
): Promise<number> {
  const commands = { ...productCommands, ...door?.commands };
  return await exitStatusOf(terminal, async () => {
    const { name, rest } = commandOf(argv, Object.keys(commands));
    if (name === "help") terminal.out(await helpOn(rest[0], commands));
    else if (name === "version") terminal.out(`${packageFile.name} ${packageFile.version}\n`);
    else return await (await commands[name]!()).run(rest, terminal, door?.prepare);
    return 0;
  });
}

/** Words for what is no command of its own. */
const builtIn: Readonly<Record<string, "help" | "version">> = {
  help: "help",
  "--help": "help",
  "-h": "help",
  version: "version",
  "--version": "version",
};

/**
 * The command, and what is left for it. Without a name it is `transcribe`, whose inputs and flags
 * may come first, too.
 */
function commandOf(
  argv: readonly string[],
  names: readonly string[],
): { name: string; rest: readonly string[] } {
  const [first, ...rest] = argv;
  if (first === undefined) return { name: "transcribe", rest };
  if (names.includes(first)) return { name: first, rest };
  // A file of that name is meant by ./help.
  const word = Object.hasOwn(builtIn, first) ? builtIn[first] : undefined;
  if (word !== undefined) return { name: word, rest };
  // Files have dots, slashes or stars in their names; a bare word is one only where it exists.
  if (!/^[a-z]+$/i.test(first) || existsSync(first)) return { name: "transcribe", rest: argv };
  const words = Object.keys(builtIn).filter((word) => !word.startsWith("-"));
  const hint = didYouMean(first, [...names, ...words]);
  throw new AsrError("usage", `no command and no file is called "${first}"`, hint);
}

/** The help of one command, or the list of all. */
async function helpOn(name: string | undefined, commands: Commands): Promise<string> {
  if (name === undefined) return await listOf(commands);
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load !== undefined) return (await load()).usage();
  const hint = didYouMean(name, Object.keys(commands));
  throw new AsrError("usage", `no command is called "${name}"`, hint);
}

async function listOf(commands: Commands): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  const width = Math.max(...all.map(({ name }) => name.length));
  const rows = all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `usage: ${program} COMMAND [options]

Speech to text with Qwen3-ASR.

${rows.join("")}
${program} COMMAND --help tells the options of one, as ${program} help COMMAND does.
`;
}

/** Runs the program as this process. */
export async function runAsProcess(door?: Door): Promise<void> {
  guardStreams();
  process.exitCode = await main(process.argv.slice(2), processTerminal, door);
}

if (import.meta.main) await runAsProcess();
