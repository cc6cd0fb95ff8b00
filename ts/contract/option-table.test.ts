import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { rangeText } from "./option-kinds.ts";
import { optionNames, optionRow, optionTable } from "./option-table.ts";

const source = readFileSync(new URL("options.ts", import.meta.url), "utf8");

/** What the comment on an option of the interfaces says, on one line. */
function commentOn(name: string): string {
  const before = source.slice(0, source.search(new RegExp(`^  ${name}\\?: `, "m")));
  return before.slice(before.lastIndexOf("/**")).replaceAll(/\s*\n\s*\* */g, " ");
}

const numbers = optionNames("load", "recording", "session", "stream").filter(
  (name) => optionTable[name].kind.type === "number",
);

test.each(numbers)("the comment on %s tells the range and the default of the table", (name) => {
  const { kind, default: value, defaultText = `${value}` } = optionRow(name);
  const range = kind.type === "number" ? rangeText(kind) : undefined;
  if (range !== undefined) expect(commentOn(name)).toContain(range);
  if (value !== undefined) expect(commentOn(name)).toContain(defaultText);
});

test("no two options have a flag in common", () => {
  const flags = optionNames("load", "recording", "session", "stream").flatMap((name) => {
    const { flag } = optionRow(name);
    return flag === undefined ? [] : [flag.name, ...(flag.aliases ?? [])];
  });
  expect(new Set(flags).size).toBe(flags.length);
});
