interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean;
  items?: Schema;
}

const annotations = ["$schema", "$defs", "title", "description"];
const assertions =
  "$ref type const enum minimum maximum required properties additionalProperties items".split(" ");

/**
 * What of `value` is against the schema at `pointer` of the document `root`, one line for each
 * fault. Knows the keywords that our own schema uses, and refuses any other.
 */
export function schemaFaults(root: unknown, pointer: string, value: unknown): string[] {
  return faults(at(root, pointer), value, "$", root);
}

function at(root: unknown, pointer: string): Schema {
  let found = root;
  for (const name of pointer.split("/").slice(1)) {
    if (typeof found !== "object" || found === null || !(name in found)) {
      throw new Error(`the schema has no ${pointer}`);
    }
    found = Object.entries(found).find(([key]) => key === name)?.[1];
  }
  return found as Schema;
}

function faults(schema: Schema, value: unknown, path: string, root: unknown): string[] {
  const unknown = Object.keys(schema).filter(
    (key) => !annotations.includes(key) && !assertions.includes(key),
  );
  if (unknown.length > 0) throw new Error(`keywords that are not checked: ${unknown}`);
  const found: string[] = [];
  const fault = (what: string) => found.push(`${path}: ${what}`);
  if (schema.$ref !== undefined) found.push(...faults(at(root, schema.$ref), value, path, root));
  if (schema.type !== undefined && !hasType(value, schema.type)) fault(`is no ${schema.type}`);
  if ("const" in schema && value !== schema.const) fault(`is not ${schema.const}`);
  if (schema.enum && !schema.enum.includes(value)) fault(`is not one of ${schema.enum}`);
  if (typeof value === "number") {
    if (value < (schema.minimum ?? value)) fault(`is below ${schema.minimum}`);
    if (value > (schema.maximum ?? value)) fault(`is above ${schema.maximum}`);
  }
  if (Array.isArray(value) && schema.items) {
    for (const [index, item] of value.entries()) {
      found.push(...faults(schema.items, item, `${path}[${index}]`, root));
    }
  } else if (typeof value === "object" && value !== null) {
    for (const name of schema.required ?? []) if (!(name in value)) fault(`lacks ${name}`);
    for (const [name, item] of Object.entries(value)) {
      const property = schema.properties?.[name];
      if (property) found.push(...faults(property, item, `${path}.${name}`, root));
      else if (schema.additionalProperties === false) fault(`has ${name}`);
    }
  }
  return found;
}

function hasType(value: unknown, type: string): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object")
    return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}
