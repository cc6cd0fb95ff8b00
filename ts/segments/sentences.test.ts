import { describe, expect, test } from "bun:test";
import { SentenceLines } from "./sentences.ts";

/** The lines of a text that comes in these parts; then those of its end. */
function linesOf(parts: readonly string[]): { soon: string[]; pending: string; all: string[] } {
  const lines: string[] = [];
  const sentences = new SentenceLines((line) => lines.push(line));
  for (const part of parts) sentences.push(part);
  const [soon, pending] = [[...lines], sentences.pending];
  sentences.end();
  return { soon, pending, all: lines };
}

describe("lines of sentences", () => {
  test("are written as soon as the next sentence begins", () => {
    expect(linesOf(["Turn on the", " light. ", "The train", " leaves. Now"])).toEqual({
      soon: ["Turn on the light.\n", "The train leaves.\n"],
      pending: "Now",
      all: ["Turn on the light.\n", "The train leaves.\n", "Now\n"],
    });
  });

  test("wait for what may belong to the sentence", () => {
    const { soon, pending } = linesOf(["It costs 3.", "50", " at Mr.", " Smith"]);
    expect([soon, pending]).toEqual([[], "It costs 3.50 at Mr. Smith"]);
  });

  test("are none where there is no text", () => {
    expect(linesOf(["", "  "]).all).toEqual([]);
  });
});
