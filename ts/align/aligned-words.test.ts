import { describe, expect, test } from "bun:test";
import { alignedWords } from "./aligned-words.ts";
import { spokenWords } from "./words/words.ts";

function aligned(text: string, slots: number[], seconds: number, start = 0) {
  const words = spokenWords(text, "English");
  return alignedWords({ text, words, slots, segmentMs: 80, start, seconds }).map((word) => [
    text.slice(word.from, word.to),
    Number(word.start.toFixed(3)),
    Number(word.end.toFixed(3)),
    word.estimated,
  ]);
}

describe("an aligner's answer", () => {
  test("becomes words with the punctuation of the text, in the time of the recording", () => {
    expect(aligned(" Hello, (world)! ", [1, 5, 6, 11], 1, 30)).toEqual([
      ["Hello,", 30.08, 30.4, false],
      ["(world)!", 30.48, 30.88, false],
    ]);
  });
  test("is limited to the audio before it is repaired", () => {
    expect(aligned("a b c d", [1, 2, 3, 4, 900, 1100, 1000, 1200], 0.7)).toEqual([
      ["a", 0.08, 0.16, false],
      ["b", 0.24, 0.32, false],
      ["c", 0.54, 0.62, true],
      ["d", 0.62, 0.7, true],
    ]);
  });
  test("is marked where a word's start and end were both out of order", () => {
    const slots = [0, 1, 90, 80, 70, 4, 5, 6];
    expect(aligned("a b c d", slots, 10).map(([, , , estimated]) => estimated)).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });
  test("of a text without words is one estimate", () => {
    expect(aligned(" … ", [], 2, 4)).toEqual([["…", 4, 6, true]]);
    expect(aligned(" \n", [], 2)).toEqual([]);
  });
  test("of other words is a fault", () => {
    expect(() => aligned("one two", [1, 2], 1)).toThrow("told 2 times of 2 words");
  });
});
