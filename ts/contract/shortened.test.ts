import { expect, test } from "bun:test";
import { AsrError } from "./errors.ts";
import { shortened } from "./shortened.ts";

test("a long text ends with a sign that it goes on", () => {
  expect(shortened("ä".repeat(80))).toBe("ä".repeat(80));
  expect(shortened("👍".repeat(81))).toBe(`${"👍".repeat(80)}…`);
  expect(shortened("abcd", 3)).toBe("abc…");
});

test("a line of an error has no value that nobody would read", () => {
  const path = `/${"folder/".repeat(140)}a.wav`;
  expect(new AsrError("input", `${path}: is empty`).oneLine).toBe(`${path}: is empty`);
  const { oneLine } = new AsrError("usage", `unknown: ${"A".repeat(1e6)}…`, "see --help");
  expect(oneLine).toBe(`unknown: ${"A".repeat(160)}…${"A".repeat(78)}…; see --help`);
});
