import { existsSync } from "node:fs";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { didYouMean, nearest } from "../../contract/did-you-mean.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import {
  type ChoiceKind,
  expected,
  type NameOrNumberKind,
  type NumberKind,
} from "../../contract/option-kinds.ts";

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
      throw new AsrError("usage", `--${bare}: needs ${withArticle(valueName(bare))}`, "see --help");
    }
    // What stands where its value belongs begins like a flag.
    const unclear = /'--([^ '=]+)=-XYZ'/.exec(message)?.[1];
    if (unclear !== undefined) {
      const what = `--${unclear}: needs ${withArticle(valueName(unclear))}`;
      throw new AsrError("usage", what, `one that begins with - is written --${unclear}=-3`);
    }
    // A letter among several has no hyphen.
    const flag = /^Unknown option '(--?[^']+|.)'/u.exec(message)?.[1]?.replace(/^(?!-)/, "-");
    if (flag === undefined) throw new AsrError("usage", message.split(". ")[0]!, "see --help");
    const flags = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    const file = config.args?.find((arg) => arg.startsWith("-") && existsSync(arg));
    if (file !== undefined) {
      throw new AsrError("usage", `unknown flag ${flag}`, `the file of that name is ./${file}`);
    }
    const near = nearest(flag, flags);
    const hint = near === undefined ? "see --help" : `did you mean ${near}?`;
    throw new AsrError("usage", `unknown flag ${flag}`, hint);
  }
}

/** As in `an ID`; choices such as `auto|full` have none. */
function withArticle(value: string): string {
  if (value.includes("|")) return value;
  return `${/^(?:[AEIO]|N$)/.test(value) ? "an" : "a"} ${value}`;
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
  const value = readValue(text, kind);
  const wanted = expected(kind, value);
  if (wanted === undefined) return value;
  const names = kind.type === "choice" ? kind.choices : kind.type === "nameOrNumber" && kind.names;
  if (names && typeof value === "string") {
    throw new AsrError("usage", `${flag} ${text}: unknown`, didYouMean(text, names));
  }
  const isTime = kind.type === "number" && kind.isTime;
  const what = isTime ? "seconds or h:mm:ss" : wanted;
  throw new AsrError("usage", `${flag} ${text}: expected ${what}`);
}

/** Kinds of values of which a command line gives one. */
type FlagKind = NumberKind | ChoiceKind | NameOrNumberKind;

type FlagValue<Kind extends FlagKind> =
  Kind extends ChoiceKind<infer Choice>
    ? Choice
    : Kind extends NameOrNumberKind<infer Name>
      ? Name | number
      : number;

function readValue(text: string, kind: FlagKind): string | number {
  if (kind.type === "number") return numberOf(text, kind);
  return kind.type === "nameOrNumber" && /^[-+]?\d+$/.test(text.trim()) ? Number(text) : text;
}

/** `h:mm:ss`, the fraction after a point or, as subtitles in SRT have it, after a comma. */
const clockTime = /^(?:(\d+):(?=\d\d:))?(\d+):([0-5]\d(?:[.,]\d*)?)$/;

/** `Number` takes an empty text for 0. */
function numberOf(text: string, { isTime }: NumberKind): number {
  const clock = isTime && clockTime.exec(text.trim());
  if (clock) {
    const [hours = "0", minutes, seconds] = clock.slice(1);
    return 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds?.replace(",", "."));
  }
  return text.trim() === "" ? Number.NaN : Number(text);
}
