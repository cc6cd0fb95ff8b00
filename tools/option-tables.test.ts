import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./folders.ts";
import { tabledPages, withTables } from "./option-tables.ts";

test.each(tabledPages)(
  "%s has the tables of options that `bun tools/option-tables.ts` writes",
  (page) => {
    const text = readFileSync(join(root, page), "utf8");
    expect(withTables(page, text)).toBe(text);
  },
);

test("a page without the marks is told of", () => {
  expect(() => withTables("docs/api.md", "# The API\n")).toThrow("marks of the table load");
});
