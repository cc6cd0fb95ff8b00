import type { OptionFlag, Scope } from "../../contract/option-rows.ts";
import {
  type OptionName,
  optionNames,
  optionRow,
  type optionTable,
} from "../../contract/option-table.ts";
import type { OneStreamOptions } from "../../contract/options.ts";
import type { Flag } from "./flags.ts";

type Table = typeof optionTable;

/** The options that have a flag. */
type Flagged<Heading = OptionFlag["heading"]> = {
  [Name in OptionName]: Table[Name] extends { flag: { heading: Heading } } ? Name : never;
}[OptionName];

/** The flags of some options, by the flags' names. */
type OptionFlags<Name extends OptionName> = {
  readonly [Each in Name as FlagNameOf<Table[Each]>]: Flag & {
    readonly kind: Table[Each]["kind"];
  };
};

type FlagNameOf<Row> = Row extends { flag: { name: infer Name extends string } } ? Name : never;

/** The flags of options, for the table of a command. */
export function optionFlags<const Name extends Flagged>(...names: Name[]): OptionFlags<Name> {
  const flags = names.map((name) => {
    const option = optionRow(name);
    const { flag } = option;
    const switchOn = option.kind.type === "boolean";
    const defaultText = option.defaultText ?? option.default;
    return [
      flag?.name,
      {
        help: flag?.help ?? option.sentence.replaceAll("`", ""),
        kind: option.kind,
        ...(flag?.short === undefined ? {} : { short: flag.short }),
        ...(flag?.value === undefined ? {} : { value: flag.value }),
        ...(flag?.bare === undefined ? {} : { bare: flag.bare }),
        ...(flag?.aliases === undefined ? {} : { aliases: flag.aliases }),
        // A switch is off unless it is given.
        ...(switchOn || defaultText === undefined ? {} : { default: defaultText }),
      },
    ];
  });
  return Object.fromEntries(flags) as OptionFlags<Name>;
}

/** The flags of all options that help texts name under a heading. */
export function flagsUnder<const Heading extends OptionFlag["heading"]>(
  heading: Heading,
): OptionFlags<Flagged<Heading>> {
  const names = allNames.filter((name) => optionRow(name).flag?.heading === heading);
  return optionFlags(...(names as Flagged<Heading>[]));
}

const scopes: readonly Scope[] = ["model", "load", "recording", "session", "stream"];
const allNames = optionNames(...scopes);

/** The options of some scopes that a command line gives. Throws AsrError `usage` for wrong ones. */
export function givenOptions(
  given: { value(flag: string): unknown },
  ...wanted: readonly Scope[]
): OneStreamOptions {
  const entries = optionNames(...wanted).flatMap((name) => {
    const flag = optionRow(name).flag;
    const value = flag && given.value(flag.name);
    return value === undefined ? [] : [[name, value]];
  });
  // Flags have the kinds of their options.
  return Object.fromEntries(entries) as OneStreamOptions;
}
