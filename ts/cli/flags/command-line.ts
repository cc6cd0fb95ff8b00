import { type ParseArgsConfig, parseArgs } from "node:util";
import { didYouMean, nearest } from "../../contract/did-you-mean.ts";
import { AsrError, exitCodes, messageOf } from "../../contract/errors.ts";
import { type ChoiceKind, expected, type NumberKind } from "../../contract/option-kinds.ts";
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

/** The value that a flag was given as text. `flag` has its hyphens. Throws AsrError `usage`. */
export function flagValue<Kind extends FlagKind>(
  flag: string,
  text: string | undefined,
  kind: Kind,
): FlagValue<Kind> | undefined;
export function flagValue(
  flag: string,
  text: string | undefined,
  kind: FlagKind,
): string | number | undefined {
  if (text === undefined) return undefined;
  const value = kind.type === "number" ? numberOf(text) : text;
  const wanted = expected(kind, value);
  if (wanted === undefined) return value;
  if (kind.type === "number") throw new AsrError("usage", `${flag} ${text}: expected ${wanted}`);
  throw new AsrError("usage", `${flag} ${text}: unknown`, didYouMean(text, kind.choices));
}

/** Kinds of values of which a command line gives one. */
type FlagKind = NumberKind | ChoiceKind;

type FlagValue<Kind extends FlagKind> = Kind extends ChoiceKind<infer Choice> ? Choice : number;

/** `Number` takes an empty text for 0. */
function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** The whole number that a flag was given. */
export function countFlag(flag: string, text: string | undefined): number | undefined {
  return flagValue(flag, text, { type: "number", min: 1, isWhole: true });
}

/** The choice that a flag was given. */
export function choiceFlag<T extends string>(
  flag: string,
  text: string | undefined,
  choices: readonly T[],
): T | undefined {
  return flagValue(flag, text, { type: "choice", choices });
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
