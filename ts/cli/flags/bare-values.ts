import { existsSync } from "node:fs";
import { nearest } from "../../contract/did-you-mean.ts";
import type { OptionKind } from "../../contract/option-kinds.ts";

/** What counts here of a flag. */
interface BareFlag {
  /** The value of one that stands without a value. */
  bare?: string;
  value?: string;
  kind?: OptionKind;
}

/** Whether a flag stands without a value. */
export function isSwitch({ kind, value }: BareFlag): boolean {
  return kind === undefined ? value === undefined : kind.type === "boolean";
}

/**
 * Gives flags that stand without a value the one that they have then. What follows such a flag is
 * its value; but where it takes one of some choices, only if it is one of them, or so near to one
 * that it must have been meant: in `--words talk.mp3` the file is an input. Other programs turn
 * such a flag, and a switch, on and off by `True` and `False`.
 */
export function withBareValues(
  args: readonly string[],
  flags: readonly (readonly [string, BareFlag])[],
): string[] {
  const result: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    const [, name, given] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const flag = flags.find(([other]) => other === name)?.[1];
    if (flag?.bare === undefined) {
      const next = args[index + 1] ?? "";
      const isSet = flag !== undefined && isSwitch(flag) && given === undefined;
      const hasValue = isSet && onOff.test(next) && !existsSync(next);
      if (hasValue) index++;
      if (!hasValue || next.toLowerCase() === "true") result.push(arg);
      continue;
    }
    const follows = given === undefined && isValueOf(flag, args[index + 1]);
    if (follows) index++;
    const value = meant(flag, follows ? args[index] : given);
    if (value !== undefined) result.push(`--${name}=${value}`);
  }
  return result;
}

const onOff = /^(?:true|false)$/i;

function isValueOf({ kind }: BareFlag, text: string | undefined): boolean {
  if (text === undefined || text.startsWith("-")) return false;
  if (kind?.type !== "choice" || kind.choices.includes(text) || onOff.test(text)) return true;
  return nearest(text, kind.choices) !== undefined && !existsSync(text);
}

/** The value that was meant; undefined where the flag was turned off. */
function meant({ kind, bare }: BareFlag, given: string | undefined): string | undefined {
  if (given === undefined) return bare;
  if (kind?.type !== "choice" || !onOff.test(given)) return given;
  return given.toLowerCase() === "true" ? bare : undefined;
}
