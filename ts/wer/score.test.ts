import { describe, expect, test } from "bun:test";
import { alignmentText } from "./alignment-text.ts";
import { confidenceInterval } from "./interval.ts";
import { type Counts, errorRate, errorsIn, referenceLength, score } from "./score.ts";

const counts = (hits: number, substitutions = 0, deletions = 0, insertions = 0): Counts => ({
  hits,
  substitutions,
  deletions,
  insertions,
});

describe("score", () => {
  test("English by words, after the English rules", () => {
    const { unit, words } = score(
      "It's twenty one, Mr. Grey!",
      "it is 21 mister gray",
      "English",
      "auto",
    );
    expect(unit).toBe("words");
    expect(words).toEqual(counts(5));
  });

  test("other languages by words, after the basic rules", () => {
    const { words } = score("Ça va très bien !", "ça va tres bien", "French", "auto");
    expect(words).toEqual(counts(3, 1));
  });

  test.each(["Chinese", "Cantonese", "Japanese", "Korean", "Thai"])("%s by characters", (name) => {
    const { unit, words, characters } = score("今天 星期五，ＡＢ", "今天星期六ab", name, "auto");
    expect([unit, words]).toEqual(["characters", undefined]);
    expect(characters).toEqual(counts(6, 1));
  });

  test("a mode overrides the language", () => {
    expect(score("abc d", "abd d", "English", "characters").characters).toEqual(counts(3, 1));
    expect(score("今天 好", "今天 坏", "Chinese", "words").words).toEqual(counts(1, 1));
  });

  test("with words, the space between them is a character", () => {
    expect(score("a b", "ab", "French", "auto").characters).toEqual(counts(2, 0, 1));
  });

  test("nothing said and nothing heard", () => {
    const silence = score("[music]", "well then", "English", "auto").words!;
    expect(silence).toEqual(counts(0, 0, 0, 2));
    expect(errorRate(silence)).toBeUndefined();
    const unheard = score("well then", "", "English", "auto").words!;
    expect([errorRate(unheard), errorsIn(unheard), referenceLength(unheard)]).toEqual([1, 2, 2]);
  });
});

describe("confidenceInterval", () => {
  test("holds the rate, and narrows with more recordings", () => {
    const sample = Array.from({ length: 40 }, (_, i) => counts(9 - (i % 3), i % 3));
    const [low, high] = confidenceInterval(sample)!;
    const [nearLow, nearHigh] = confidenceInterval(Array(16).fill(sample).flat())!;
    expect(low).toBeLessThan(39 / 360);
    expect(high).toBeGreaterThan(39 / 360);
    expect((nearHigh - nearLow) / (high - low)).toBeCloseTo(1 / 4, 1);
    expect(confidenceInterval(sample)).toEqual([low, high]);
  });

  test("needs two recordings with words", () => {
    expect(confidenceInterval([counts(3, 1)])).toBeUndefined();
    expect(confidenceInterval([counts(0), counts(0)])).toBeUndefined();
    expect(confidenceInterval([counts(4, 1), counts(8, 2)])).toEqual([0.2, 0.2]);
  });
});

describe("alignmentText", () => {
  const shown = (ref: string, hyp: string, language = "French", width = 80) => {
    const { edits, unit } = score(ref, hyp, language, "auto");
    return alignmentText(edits, unit, width);
  };

  test("marks errors below", () => {
    expect(shown("on the red roof is snow", "in the roof is snow then")).toBe(
      [
        "  ref  on the red roof is snow ****",
        "  hyp  in the *** roof is snow then",
        "       S      D                I",
        "",
      ].join("\n"),
    );
  });

  test("characters of double width stay below each other", () => {
    expect(shown("今天好日子", "今好日子啊", "Chinese")).toBe(
      "  ref  今天好日子**\n  hyp  今**好日子啊\n         D       I\n",
    );
  });

  test("keeps to the width, and leaves out what is right and what is too much", () => {
    const right = Array(40).fill("word").join(" ");
    const text = shown(`${right} one ${right}`, `${right} two ${right}`);
    expect(text).toStartWith("  ref  … word word word word word one");
    const long = shown(Array(300).fill("here").join(" "), Array(300).fill("there").join(" "));
    expect(long.split("\n").every((line) => Bun.stringWidth(line) <= 80)).toBe(true);
    expect(long).toEndWith("  … 17 more rows\n");
  });
});
