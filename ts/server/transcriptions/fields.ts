import { didYouMean } from "../../contract/did-you-mean.ts";
import { shortened } from "../../contract/shortened.ts";
import { Problem } from "../http/problem.ts";

/**
 * The text fields of a form. Clients send an empty text for what they leave out, so that counts as
 * nothing; of a field that is given twice the last one counts. What is wrong is a `Problem` 400
 * that names the field and says what it may be.
 */
export class Fields {
  readonly #fields: ReadonlyMap<string, readonly string[]>;

  /** `fields` by their names, without the `[]` that clients write behind those of lists. */
  constructor(fields: ReadonlyMap<string, readonly string[]>) {
    this.#fields = fields;
  }

  list(name: string): string[] {
    return (this.#fields.get(name) ?? []).filter((text) => text.trim() !== "");
  }

  text(name: string): string | undefined {
    return this.list(name).at(-1);
  }

  number(name: string, min: number, max: number): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : numberIn(name, text, min, max);
  }

  boolean(name: string): boolean | undefined {
    const text = this.text(name);
    const value = text?.trim().toLowerCase();
    if (value === undefined) return undefined;
    if (value === "true" || value === "1") return true;
    if (value === "false" || value === "0") return false;
    throw unexpected(name, text, "true or false");
  }

  choice<Name extends string>(name: string, choices: readonly Name[]): Name | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : chosen(name, text, choices);
  }

  choices<Name extends string>(name: string, choices: readonly Name[]): ReadonlySet<Name> {
    return new Set(this.list(name).map((text) => chosen(`${name}[]`, text, choices)));
  }

  /** What clients write as `name[key]`, as forms have no objects. */
  object(name: string): Record<string, string> {
    const parts: Record<string, string> = {};
    for (const field of this.#fields.keys()) {
      const key = field.startsWith(`${name}[`) ? /\[(\w+)\]$/.exec(field)?.[1] : undefined;
      const text = key === undefined ? undefined : this.text(field);
      if (key !== undefined && text !== undefined) parts[key] = text;
    }
    return parts;
  }
}

/** The number that a text is, within a range. Throws `Problem` 400. */
export function numberIn(name: string, text: string, min: number, max: number): number {
  // `Number` alone takes more, such as "0x10".
  const isNumber = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(text);
  const value = Number(text);
  if (isNumber && value >= min && value <= max) return value;
  throw unexpected(name, text, `a number from ${min} to ${max}`);
}

/** The refusal of a value. */
export function unexpected(name: string, value: unknown, expected: string): Problem {
  const shown = JSON.stringify(shortened(String(value)));
  const details = { code: "invalid_value", param: name };
  return new Problem(400, `${name} is ${shown}, expected ${expected}`, details);
}

function chosen<Name extends string>(name: string, text: string, choices: readonly Name[]): Name {
  const wanted = text.trim();
  const found = choices.find((choice) => choice === wanted);
  if (found !== undefined) return found;
  const problem = unexpected(name, text, choices.join(", "));
  const hint = didYouMean(wanted, choices);
  if (!hint.startsWith("did you mean")) throw problem;
  throw new Problem(400, `${problem.message}; ${hint}`, { code: "invalid_value", param: name });
}
