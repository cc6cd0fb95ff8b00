import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { accuracyText, fourBitNote } from "./accuracy.ts";

const page = readFileSync(join(import.meta.dir, "../../docs/models.md"), "utf8");

/** The names of models in a text, each with its figures. */
function figures(lines: readonly string[]): [string, string[]][] {
  return lines.flatMap((line): [string, string[]][] => {
    const name = /\b[01]\.[67]b-[48]bit\b/.exec(line)?.[0];
    const found = line.match(/\b\d+\.\d\d\b/g) ?? [];
    return name !== undefined && found.length > 0 ? [[name, found]] : [];
  });
}

test("the documentation has the same figures", () => {
  const table = page.split("\n").filter((line) => line.startsWith("|"));
  expect(figures(table)).toEqual(figures(accuracyText().split("\n")));
  expect(figures(table)).toHaveLength(4);
});

test("only what has four bits in all its modules is noted", () => {
  expect(fourBitNote({ "4": 197 }, ["English", "Korean"])).toContain("19.95 % errors in Korean");
  expect(fourBitNote({ "3": 1, "4": 196 }, ["Korean"])).toBeDefined();
  expect(fourBitNote({ "4": 182, "8": 15 }, ["Korean"])).toBeUndefined();
  expect(fourBitNote({}, ["Korean"])).toBeUndefined();
  expect(fourBitNote({ "4": 197 }, ["German"])).toBeUndefined();
});
