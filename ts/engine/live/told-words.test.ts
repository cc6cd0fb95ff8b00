import { describe, expect, test } from "bun:test";
import type { DecodedChunk, TimedWord } from "../../contract/transcript.ts";
import { ToldWords } from "./told-words.ts";

/** The words of a text, each a second long and `late` seconds later than its place. */
function found(text: string, late = 0, pattern = /\S+/g): TimedWord[] {
  return Array.from(text.matchAll(pattern), ({ 0: word, index: from }, at) => {
    const start = at + late;
    return { from, to: from + word.length, start, end: start + 1, estimated: true };
  });
}

function chunk(text: string, words: TimedWord[] | undefined): DecodedChunk {
  const place = { start: 0, end: 9, speech: [], tokenTexts: [], language: "" };
  return { ...place, text, finishReason: "eos", ...(words && { words }) };
}

const shown = (text: string, words: readonly TimedWord[] = []) =>
  words.map(({ from, to, start }) => [text.slice(from, to), start]);

describe("words of settled text", () => {
  test("are told when the next one has begun there", () => {
    const words = new ToldWords();
    const text = "One two three, four";
    words.take(found(text), text, "One two three");
    expect(shown(text, words.told)).toEqual([
      ["One", 0],
      ["two", 1],
    ]);
    words.take(found(text), text, "One two three, f");
    expect(shown(text, words.told).at(-1)).toEqual(["three,", 2]);
  });

  test("stay as they were told", () => {
    const words = new ToldWords();
    const text = "One two three four.";
    words.take(found(text), text, "One two ");
    words.take(found(text, 0.3), text, "One two three");
    const end = words.kept(chunk(text, found(text, 0.7)));
    expect(shown(text, end.words)).toEqual([
      ["One", 0],
      ["two", 1.3],
      ["three", 2.7],
      ["four.", 3.7],
    ]);
  });

  test("stay where the text is cut otherwise later", () => {
    const words = new ToldWords();
    const text = "今日は天気がいい";
    words.take(found(text, 0, /../g), text, text.slice(0, 5));
    expect(shown(text, words.told).map(([word]) => word)).toEqual(["今日", "は天"]);
    const end = words.kept(chunk(text, found(text, 0, /.{1,3}/g)));
    expect(shown(text, end.words).map(([word]) => word)).toEqual(["今日", "は天", "気が", "いい"]);
  });

  test("are all of a segment that ends with them", () => {
    const words = new ToldWords();
    const text = "One two three four.";
    words.take(found(text), text, "One two thr");
    const settled = words.settled(chunk("One two thr", undefined));
    expect(shown(text, settled.words).map(([word]) => word)).toEqual(["One", "two", "thr"]);
  });

  test("are none where none were found", () => {
    const words = new ToldWords();
    const end = chunk("One two", undefined);
    expect([words.told, words.kept(end), words.settled(end)]).toEqual([[], end, end]);
  });
});
