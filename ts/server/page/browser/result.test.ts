import { describe, expect, test } from "bun:test";
import { piecesOf, piecesOnce, wordParts } from "./paragraphs.ts";
import { download, emptyResult, type Result, segmentsIn, withWords, wordsIn } from "./result.ts";

const result: Result = {
  ...emptyResult(),
  text: "Turn on the light. The train leaves.",
  language: "en",
  duration: 5.1,
  segments: segmentsIn([
    { id: 0, start: 0.3, end: 1.9, text: "Turn on the light.", avg_logprob: -0.1 },
    { id: 1, start: 2.1, end: 4.8, text: " The train\u0007 leaves." },
  ]),
};

describe("downloads", () => {
  test("are what the command line writes", () => {
    expect(download("txt", result)).toBe("Turn on the light. The train leaves.\n");
    expect(download("srt", result)).toBe(
      "1\n00:00:00,300 --> 00:00:01,900\nTurn on the light.\n\n" +
        "2\n00:00:02,100 --> 00:00:04,800\nThe train leaves.\n",
    );
    expect(download("vtt", result)).toStartWith("WEBVTT\n\n00:00:00.300 --> 00:00:01.900\nTurn");
  });

  test("have words in JSON where there are some", () => {
    const json = JSON.parse(download("json", result));
    expect(json).toMatchObject({ text: result.text, language: "en", duration: 5.1 });
    expect(json.segments[0]).toEqual({ id: 0, start: 0.3, end: 1.9, text: "Turn on the light." });
    expect("words" in json).toBe(false);
    const words = [{ word: "Turn", start: 0.3, end: 0.5, probability: 0.9, estimated: false }];
    const segments = withWords(result.segments, wordsIn(words));
    expect(JSON.parse(download("json", { ...result, segments })).words).toEqual(words);
  });
});

describe("pieces", () => {
  test("show what was written beyond the last sentence with times", () => {
    const pieces = piecesOf({ ...result, text: `${result.text} And more` });
    expect(pieces.map(({ text, start }) => [text, start])).toEqual([
      ["Turn on the light.", 0.3],
      ["The train\u0007 leaves.", 2.1],
      ["The train leaves. And more", undefined],
    ]);
  });

  test("have the words that begin within them", () => {
    const words = wordsIn([
      { word: "Turn", start: 0.3, end: 0.5 },
      { word: "light.", start: 1.5, end: 1.9 },
      { word: "The", start: 2.1, end: 2.2 },
      { word: 7, start: 1 },
    ]);
    const [first, second] = piecesOf({ ...result, segments: withWords(result.segments, words) });
    expect(first?.words.map(({ text }) => text)).toEqual(["Turn", "light."]);
    expect(second?.words.map(({ text }) => text)).toEqual(["The"]);
    expect(wordParts("Turn on the light.", first?.words ?? []).map(({ text }) => text)).toEqual([
      "Turn",
      " on the ",
      "light.",
    ]);
  });

  test("are made once for a result, and anew for another", () => {
    const pieces = piecesOnce(result);
    expect(piecesOnce(result)).toBe(pieces);
    const grown = { ...result, text: `${result.text} More` };
    expect(piecesOnce(grown).at(-1)?.text).toEndWith("More");
    expect(piecesOnce(result)).toEqual(pieces);
  });

  test("lose no letter where a word is not found in its sentence", () => {
    const words = wordsIn([{ word: "Licht", start: 0, end: 1 }]);
    const parts = wordParts("Turn on the light.", words);
    expect(parts.map(({ text }) => text).join("")).toBe("Turn on the light.");
  });
});
