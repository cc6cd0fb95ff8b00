import { type ParseArgsConfig, parseArgs } from "node:util";
import { didYouMean, nearest } from "../../contract/did-you-mean.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";

/**
 * `parseArgs` whose complaints are usage errors with the nearest flag. `valueName` tells what the
 * value of a flag is called.
 */
export function parseCommandLine<T extends ParseArgsConfig>(
  config: T,
  valueName: (flag: string) => string,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const message = messageOf(error);
    const bare = /^Option '.*--([^ ']+) <value>' argument missing/.exec(message)?.[1];
    if (bare !== undefined) {
      const value = valueName(bare);
      const article = /^[AEIO]/.test(value) ? "an" : "a";
      throw new AsrError("usage", `--${bare}: needs ${article} ${value}`, "see --help");
    }
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
