import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { normaliseBasic } from "./basic.ts";
import { normaliseEnglish } from "./english.ts";

interface Fixture {
  text: string;
  expected: string;
  split?: string;
}

function fixtures(name: string): Fixture[] {
  const text = readFileSync(join(import.meta.dir, "fixtures", name), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("English is what Whisper's normaliser makes of it", () => {
  const made = fixtures("english.jsonl").map(({ text }) => ({
    text,
    expected: normaliseEnglish(text),
  }));
  expect(made.length).toBeGreaterThan(400);
  expect(made).toEqual(fixtures("english.jsonl"));
});

test("other languages are what Whisper's normaliser makes of them", () => {
  const made = fixtures("basic.jsonl").map(({ text }) => ({
    text,
    expected: normaliseBasic(text),
    split: normaliseBasic(text, { splitLetters: true }),
  }));
  expect(made.length).toBeGreaterThan(80);
  expect<Fixture[]>(made).toEqual(fixtures("basic.jsonl"));
});

test("a second time changes nothing in plain sentences", () => {
  for (const text of ["how much is the mirror", "$21.50 for 3 colors", "it is 8 50"]) {
    expect(normaliseEnglish(text)).toBe(text);
  }
});

test("a transcript of hours takes a moment", () => {
  const text = "Twenty one pilots, aren't they? ".repeat(5000);
  const started = performance.now();
  expect(normaliseEnglish(text).split(" ").length).toBe(25_000);
  expect(performance.now() - started).toBeLessThan(10_000);
});
