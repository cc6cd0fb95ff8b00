import { AsrError } from "../../contract/errors.ts";
import { parseCommandLine } from "./command-line.ts";

/** A flag of a command. */
export interface Flag {
  /** What it does, for the help text; lines are broken by hand. */
  help: string;
  /** One letter. */
  short?: string;
  /** What its value is called; a flag without one is a switch. */
  value?: string;
  /** Names that other programs give it. */
  aliases?: readonly string[];
}

/** Flags by name, under the headings of the help text. */
export type FlagTable = Readonly<Record<string, Readonly<Record<string, Flag>>>>;

/** The names of the flags of a table. */
export type FlagName<Table extends FlagTable> = {
  [Heading in keyof Table]: keyof Table[Heading] & string;
}[keyof Table];

/** What a command was given. */
export class GivenFlags<Name extends string> {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** Whether a switch, or a flag with a value, was given. */
  has(name: Name): boolean {
    return this.#values[name] !== undefined;
  }

  /** The value of a flag, the last one where it was repeated. */
  text(name: Name): string | undefined {
    return this.list(name).at(-1);
  }

  /** All values of a flag. */
  list(name: Name): readonly string[] {
    const value = this.#values[name] ?? [];
    return (Array.isArray(value) ? value : [value]).map(String);
  }
}

/**
 * Reads a command line. Underscores in names stand for hyphens, and names of other programs for
 * ours. Throws AsrError `usage` for what is no flag, with the nearest one.
 */
export function readFlags<Table extends FlagTable>(
  argv: readonly string[],
  table: Table,
): { given: GivenFlags<FlagName<Table>>; names: string[] } {
  const flags = flagsOf(table);
  const end = argv.indexOf("--");
  const before = end < 0 ? argv : argv.slice(0, end);
  const args = [...before.map((arg) => ourName(arg, flags)), ...(end < 0 ? [] : argv.slice(end))];
  const options = Object.fromEntries(
    flags.map(([name, { short, value }]) => [
      name,
      {
        ...(value === undefined
          ? { type: "boolean" as const }
          : { type: "string" as const, multiple: true }),
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  const valueName = (flag: string) => flags.find(([name]) => name === flag)?.[1].value ?? "value";
  const config = { args, options, allowPositionals: true };
  const { values, positionals } = parseCommandLine(config, valueName);
  return { given: new GivenFlags({ ...values }), names: positionals };
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

function row(name: string, { short, value, help }: Flag): string {
  const names = `  ${short === undefined ? "    " : `-${short}, `}--${name}`;
  const left = value === undefined ? names : `${names} ${value}`;
  const [first = "", ...more] = help.split("\n");
  const indent = " ".repeat(helpColumn);
  const head =
    left.length < helpColumn - 1 ? left.padEnd(helpColumn) + first : `${left}\n${indent}${first}`;
  return [head, ...more.map((line) => indent + line)].map((line) => `${line}\n`).join("");
}
