/** A JSON Schema of OpenAPI 3.1. */
export type Schema = Readonly<Record<string, unknown>>;

/** An object that always has these properties, and may have `more`. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  more: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: "object",
    required: Object.keys(properties),
    properties: { ...properties, ...more },
  };
}

export function listOf(items: Schema, more: Schema = {}): Schema {
  return { type: "array", items, ...more };
}

export function oneOf(words: readonly string[], description?: string): Schema {
  return { type: "string", enum: words, ...(description === undefined ? {} : { description }) };
}

export function text(description?: string): Schema {
  return described({ type: "string" }, description);
}

export function number(description?: string, more: Schema = {}): Schema {
  return described({ type: "number", ...more }, description);
}

export function count(description?: string): Schema {
  return described({ type: "integer", minimum: 0 }, description);
}

export function boolean(description?: string): Schema {
  return described({ type: "boolean" }, description);
}

/** A schema of `components`. */
export function named(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function described(schema: Schema, description: string | undefined): Schema {
  return description === undefined ? schema : { ...schema, description };
}
