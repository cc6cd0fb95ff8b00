import { Problem } from "../http/problem.ts";

/** An object of a client's event, of which each field is checked when it is read. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  /** How the client would name the object, as in `session.audio`; "" for the event itself. */
  readonly path: string;

  constructor(values: Readonly<Record<string, unknown>>, path: string) {
    this.#values = values;
    this.path = path;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  isNull(name: string): boolean {
    return this.#values[name] === null;
  }

  /** An object within; undefined where there is none, or null. */
  object(name: string): Fields | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    if (isObject(value)) return new Fields(value, this.pathOf(name));
    throw this.#wrongType(name, "an object", value);
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null || typeof value === "string")
      return value ?? undefined;
    throw this.#wrongType(name, "a string", value);
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    throw this.#wrongType(name, "a list of strings", value);
  }

  number(name: string, { min, max }: { min: number; max: number }): number | undefined {
    const value = this.#values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number") throw this.#wrongType(name, "a number", value);
    if (value >= min && value <= max) return value;
    throw this.invalid(name, `expected a number from ${min} to ${max}, got ${value}`);
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.text(name);
    const found = choices.find((choice) => choice === value);
    if (value === undefined || found !== undefined) return found;
    throw this.invalid(name, `expected one of ${quoted(choices)}, got ${quoted([value])}`);
  }

  /** How the client would name a field. */
  pathOf(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  /** What is wrong with the value of a field. */
  invalid(name: string, why: string, code = "invalid_value"): Problem {
    const param = this.pathOf(name);
    return new Problem(400, `Invalid value of '${param}': ${why}`, { code, param });
  }

  missing(name: string): Problem {
    const param = this.pathOf(name);
    const code = "missing_required_parameter";
    return new Problem(400, `Missing required parameter: '${param}'`, { code, param });
  }

  #wrongType(name: string, wanted: string, value: unknown): Problem {
    const param = this.pathOf(name);
    const message = `Invalid type of '${param}': expected ${wanted}, got ${kindOf(value)}`;
    return new Problem(400, message, { code: "invalid_type", param });
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Texts of a client, or for one, in a message: none is longer than a line. */
export function quoted(texts: readonly string[]): string {
  return texts
    .map((text) => (text.length > 80 ? `${text.slice(0, 80)}…` : text))
    .map((text) => JSON.stringify(text))
    .join(", ");
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list of other things";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
