// This folder: command lines become options and settings, and flags become help texts.

import { AsrError } from "../../contract/errors.ts";
import {
  type BooleanKind,
  type ChoiceKind,
  type ListKind,
  type NameOrNumberKind,
  type NumberKind,
  type OptionKind,
  rangeText,
} from "../../contract/option-kinds.ts";
import { isSwitch, withBareValues } from "./bare-values.ts";
import { flagValue, parseCommandLine } from "./command-line.ts";

/** A flag of a command. */
export interface Flag {
  /**
   * What it does, for the help text, which adds the range and the default and breaks lines that are
   * too long.
   */
  help: string;
  /** One letter. */
  short?: string;
  /**
   * What its value is called, where the kind does not say it. A flag with neither this nor a kind
   * is a switch.
   */
  value?: string;
  /** The value of a flag that stands without one, as its help shows by brackets. */
  bare?: string;
  /** Names that other programs give it. */
  aliases?: readonly string[];
  /** What its values are; text where it has none. */
  kind?: OptionKind;
  /** What holds without it. */
  default?: string | number;
}

/** Flags by name, under the headings of the help text. */
export type FlagTable = Readonly<Record<string, Readonly<Record<string, Flag>>>>;

/** The names of the flags of a table. */
export type FlagName<Table extends FlagTable> = {
  [Heading in keyof Table]: keyof Table[Heading] & string;
}[keyof Table];

/** The values of a flag of a table. */
type Value<Table extends FlagTable, Name extends string> = ValueOf<
  Extract<Table[keyof Table], Readonly<Record<Name, Flag>>>[Name]
>;

type ValueOf<Of extends Flag> = Of extends { kind: infer Kind }
  ? Kind extends ChoiceKind<infer Choice>
    ? Choice
    : Kind extends NumberKind
      ? number
      : Kind extends NameOrNumberKind<infer Name>
        ? Name | number
        : Kind extends ListKind
          ? readonly string[]
          : Kind extends BooleanKind
            ? true
            : string
  : Of extends { value: string }
    ? string
    : true;

/** What a command was given. */
export class GivenFlags<Table extends FlagTable> {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #flags: ReadonlyMap<string, Flag>;

  constructor(values: Readonly<Record<string, unknown>>, table: Table) {
    this.#values = values;
    this.#flags = new Map(flagsOf(table));
  }

  /** Whether a switch, or a flag with a value, was given. */
  has(name: FlagName<Table>): boolean {
    return this.#values[name] !== undefined;
  }

  /** The value of a flag as text, the last one where it was repeated. */
  text(name: FlagName<Table>): string | undefined {
    return this.list(name).at(-1);
  }

  /** All values of a flag. */
  list(name: FlagName<Table>): readonly string[] {
    const value = this.#values[name] ?? [];
    return (Array.isArray(value) ? value : [value]).map(String);
  }

  /**
   * The value of a flag, as its kind says; undefined when it was not given. Throws AsrError `usage`
   * for a value that is none.
   */
  value<Name extends FlagName<Table>>(name: Name): Value<Table, Name> | undefined {
    // What each kind gives is what `ValueOf` says.
    return this.#value(name) as Value<Table, Name> | undefined;
  }

  /** What was given of another table, all flags of which this one has, too. */
  of<Other extends FlagTable>(other: Other): GivenFlags<Other> {
    return new GivenFlags(this.#values, other);
  }

  #value(name: FlagName<Table>): unknown {
    const flag = this.#flags.get(name);
    if (flag === undefined || !this.has(name)) return undefined;
    if (isSwitch(flag)) return true;
    const { kind } = flag;
    switch (kind?.type) {
      case "number":
      case "choice":
      case "nameOrNumber":
        return flagValue(`--${name}`, this.text(name), kind);
      case "list":
        // Keywords may hold commas: each has a flag of its own.
        return kind.items === "keywords" ? this.list(name) : this.text(name)?.split(",");
      default:
        return this.text(name);
    }
  }
}

/**
 * Reads a command line. Underscores in names stand for hyphens, and names of other programs for
 * ours. Throws AsrError `usage` for what is no flag, with the nearest one.
 */
export function readFlags<Table extends FlagTable>(
  argv: readonly string[],
  table: Table,
): { given: GivenFlags<Table>; names: string[] } {
  const flags = flagsOf(table);
  const end = argv.indexOf("--");
  const before = end < 0 ? argv : argv.slice(0, end);
  const ours = before.map((arg) => ourName(arg, flags));
  const args = [...withBareValues(ours, flags), ...(end < 0 ? [] : argv.slice(end))];
  const options = Object.fromEntries(
    flags.map(([name, flag]) => [
      name,
      {
        ...(isSwitch(flag)
          ? { type: "boolean" as const }
          : { type: "string" as const, multiple: true }),
        ...(flag.short === undefined ? {} : { short: flag.short }),
      },
    ]),
  );
  const valueOfFlag = (name: string) => {
    const flag = flags.find(([other]) => other === name)?.[1];
    return (flag && valueName(flag)) ?? "value";
  };
  const config = { args, options, allowPositionals: true };
  const { values, positionals } = parseCommandLine(config, valueOfFlag);
  return { given: new GivenFlags({ ...values }, table), names: positionals };
}

/** The flags with their help, for a usage text. */
export function flagHelp(table: FlagTable): string {
  const texts = Object.entries(table).map(([heading, flags]) => {
    const rows = Object.entries(flags).map(([name, flag]) => row(name, flag));
    return `${heading}:\n${rows.join("")}`;
  });
  return texts.join("\n");
}

function flagsOf(table: FlagTable): [string, Flag][] {
  return Object.values(table).flatMap((flags) => Object.entries(flags));
}

function ourName(arg: string, flags: readonly [string, Flag][]): string {
  const [, name, rest] = /^--([a-z][a-z_-]*)(=.*)?$/s.exec(arg) ?? [];
  if (name === undefined) return checkedShort(arg, flags);
  const ours = name.replaceAll("_", "-");
  const known = flags.find(([other, { aliases }]) => other === ours || aliases?.includes(ours));
  return `--${known?.[0] ?? name}${rest ?? ""}`;
}

/** A long name after one hyphen would be read as a short flag and its value: `-m odel`. */
function checkedShort(arg: string, flags: readonly [string, Flag][]): string {
  const [, name] = /^-([a-z][a-z_-]+)(?:=.*)?$/s.exec(arg) ?? [];
  const long = flags.find(([other]) => other === name?.replaceAll("_", "-"))?.[0];
  if (long === undefined) return arg;
  throw new AsrError("usage", `unknown flag ${arg}`, `did you mean --${long}?`);
}

const helpColumn = 29;
const helpWidth = 100 - helpColumn;

function row(name: string, flag: Flag): string {
  const names = `  ${flag.short === undefined ? "    " : `-${flag.short}, `}--${name}`;
  const value = valueName(flag);
  const left = value === undefined ? names : `${names} ${value}`;
  const [first = "", ...more] = brokenLines(helpOf(flag));
  const indent = " ".repeat(helpColumn);
  const head =
    left.length < helpColumn - 1 ? left.padEnd(helpColumn) + first : `${left}\n${indent}${first}`;
  return [head, ...more.map((line) => indent + line)].map((line) => `${line}\n`).join("");
}

function valueName(flag: Flag): string | undefined {
  const { value, kind, bare } = flag;
  if (value === undefined && isSwitch(flag)) return undefined;
  const name = value ?? (kind?.type === "choice" ? kind.choices.join("|") : "N");
  return bare === undefined ? name : `[${name}]`;
}

/** The help of a flag with its range and its default. */
function helpOf(flag: Flag): string {
  const range = flag.kind?.type === "number" ? rangeText(flag.kind) : undefined;
  const text = range === undefined ? flag.help : `${flag.help}, ${range}`;
  return flag.default === undefined ? text : `${text} (default: ${flag.default})`;
}

/** The lines of a text, those that are too long broken between words, but not in parentheses. */
function brokenLines(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const lines = [""];
    for (const word of line.split(/ (?![^(]*\))/)) {
      const longer = lines.at(-1) === "" ? word : `${lines.at(-1)} ${word}`;
      if (longer.length <= helpWidth || lines.at(-1) === "") lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  });
}
