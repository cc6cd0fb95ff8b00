import { expect, test } from "bun:test";
import { printable } from "./printable.ts";

test("a terminal is given nothing to obey", () => {
  expect(printable("a\x1b]0;title\x07\x1b[2J.wav\r\x00\x7f\x9b31m")).toBe(
    "a\\x1b]0;title\\x07\\x1b[2J.wav\\x0d\\x00\\x7f\\x9b31m",
  );
});

test("what belongs to a text stays", () => {
  const text = "Grüße\t今天 👩‍👩‍👧 שלום\u200f\n";
  expect(printable(text)).toBe(text);
});
