import { type ParseArgsConfig, parseArgs } from "node:util";
import { didYouMean, nearest } from "../../contract/did-you-mean.ts";
import { AsrError, exitCodes, messageOf } from "../../contract/errors.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** `parseArgs` whose complaints are usage errors with the nearest flag. */
export function parseCommandLine<T extends ParseArgsConfig>(
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const message = messageOf(error);
    const flag = /^Unknown option '(--?[^']+)'/.exec(message)?.[1];
    if (flag === undefined) throw new AsrError("usage", message.split(". ")[0]!, "see --help");
    const flags = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    const near = nearest(flag, flags);
    const hint = near === undefined ? "see --help" : `did you mean ${near}?`;
    throw new AsrError("usage", `unknown flag ${flag}`, hint);
  }
}

/** The number that a flag was given, between `least` and `most`. */
export function numberFlag(
  flag: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new AsrError("usage", `${flag} ${text}: expected a number from ${least} to ${most}`);
}

/** The whole number that a flag was given. */
export function countFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9]{1,7}$/.test(text) && Number(text) > 0) return Number(text);
  throw new AsrError("usage", `${flag} ${text}: expected a whole number of at least 1`);
}

/** The choice that a flag was given. */
export function choiceFlag<T extends string>(
  flag: string,
  text: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new AsrError("usage", `${flag} ${text}: unknown`, didYouMean(text, choices));
}

/**
 * Runs a command with the arguments that `read` finds, or shows its usage where they ask for help.
 * What fails for the user's sake is one line of notes and an exit status.
 */
export async function runCommand<Given extends object>(
  terminal: Terminal,
  usage: string,
  read: () => Given | "help",
  run: (given: Given) => Promise<number>,
): Promise<number> {
  return await exitStatusOf(terminal, async () => {
    const given = read();
    if (given !== "help") return await run(given);
    terminal.out(usage);
    return 0;
  });
}

/** Runs a command: what fails for the user's sake is one line of notes and an exit status. */
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
