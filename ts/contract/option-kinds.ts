/** What the values of an option are. */
export type OptionKind =
  | TextKind
  | NumberKind
  | BooleanKind
  | ChoiceKind
  | NameOrNumberKind
  | ListKind
  | FunctionKind
  | SignalKind;

export interface TextKind {
  readonly type: "text";
}

export interface NumberKind {
  readonly type: "number";
  readonly min: number;
  /** Undefined: as large as a number can be. */
  readonly max?: number;
  /** Whether it has no fraction. */
  readonly isWhole?: boolean;
  /** Whether it is a time in seconds, which a command line may give as `h:mm:ss`. */
  readonly isTime?: boolean;
}

export interface BooleanKind {
  readonly type: "boolean";
}

export interface ChoiceKind<Choice extends string = string> {
  readonly type: "choice";
  readonly choices: readonly Choice[];
}

/** A whole number, or a name. */
export interface NameOrNumberKind<Name extends string = string> {
  readonly type: "nameOrNumber";
  /** Undefined: any text is a name. */
  readonly names?: readonly Name[];
  /** What texts call such a name, as in `a language`, where they are not listed. */
  readonly called?: string;
  readonly min: number;
}

export interface ListKind<Items extends "strings" | "keywords" = "strings" | "keywords"> {
  readonly type: "list";
  readonly items: Items;
}

export interface FunctionKind {
  readonly type: "function";
}

export interface SignalKind {
  readonly type: "signal";
}

/** The kind of option whose values are of type `Value`. */
export type KindOf<Value> = [Value] extends [boolean]
  ? BooleanKind
  : [Value] extends [number]
    ? NumberKind
    : [Value] extends [string]
      ? string extends Value
        ? TextKind
        : ChoiceKind<Value>
      : [Value] extends [string | number]
        ? NameOrNumberKind<Extract<Value, string>>
        : [Value] extends [readonly string[]]
          ? ListKind<"strings">
          : [Value] extends [readonly unknown[]]
            ? ListKind<"keywords">
            : [Value] extends [AbortSignal]
              ? SignalKind
              : FunctionKind;

/** What `value` should have been, as in `a number from 1 to 64`; undefined when it is that. */
export function expected(kind: OptionKind, value: unknown): string | undefined {
  switch (kind.type) {
    case "text":
      return typeof value === "string" ? undefined : "a string";
    case "boolean":
      return typeof value === "boolean" ? undefined : "a boolean";
    case "function":
      return typeof value === "function" ? undefined : "a function";
    case "signal":
      return value instanceof AbortSignal ? undefined : "an AbortSignal";
    case "choice":
      return kind.choices.some((choice) => choice === value)
        ? undefined
        : kind.choices.join(" or ");
    case "nameOrNumber":
      return expectedNameOrNumber(kind, value);
    case "list":
      return expectedList(kind, value);
    case "number":
      return expectedNumber(kind, value);
  }
}

/** A range as in `1 to 64`; undefined when it has no upper end. */
export function rangeText({ min, max }: NumberKind): string | undefined {
  return max === undefined ? undefined : `${min} to ${max}`;
}

function expectedNumber(kind: NumberKind, value: unknown): string | undefined {
  const { min, max = Number.MAX_VALUE, isWhole = false } = kind;
  const isInRange = typeof value === "number" && value >= min && value <= max;
  if (isInRange && (!isWhole || Number.isInteger(value))) return undefined;
  if (kind.max === undefined) return `a ${isWhole ? "whole number" : "number"} of at least ${min}`;
  return `a ${isInRange ? "whole number" : "number"} from ${min} to ${max}`;
}

function expectedNameOrNumber(kind: NameOrNumberKind, value: unknown): string | undefined {
  const { names, min } = kind;
  const isName =
    names === undefined ? typeof value === "string" : names.some((name) => name === value);
  if (isName || (Number.isInteger(value) && Number(value) >= min)) return undefined;
  return `${namesText(kind)} or a whole number of at least ${min}`;
}

/** The names that a value may be, in words. */
export function namesText({ names, called = "a name" }: NameOrNumberKind): string {
  return names?.join(", ") ?? called;
}

function expectedList({ items }: ListKind, value: unknown): string | undefined {
  const fits = items === "strings" ? (item: unknown) => typeof item === "string" : isKeyword;
  if (Array.isArray(value) && value.every(fits)) return undefined;
  return items === "strings" ? "a list of strings" : 'a list of texts or {word: "…"}';
}

function isKeyword(item: unknown): boolean {
  if (typeof item !== "object" || item === null) return typeof item === "string";
  if (!("word" in item) || typeof item.word !== "string") return false;
  return !("weight" in item) || ["number", "undefined"].includes(typeof item.weight);
}
