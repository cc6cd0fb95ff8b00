import { describe, expect, test } from "bun:test";
import type { Segment } from "../../contract/transcript.ts";
import { evenly, spoken, type Timed } from "../../testing/word-times.ts";
import type { Cue } from "./cue.ts";
import { cuesOf } from "./cues.ts";
import { defaultLimits } from "./layout.ts";

function segment(start: number, end: number, text: string, language = "English"): Segment {
  const confidence = { avgLogprob: -0.25, lowConfidence: false };
  return { id: 0, start, end, text, language, estimated: false, ...confidence };
}

function cues(segments: Segment[], limits = {}): Cue[] {
  const text = segments.map((each) => each.text).join(" ");
  return cuesOf({ text, segments }, { ...defaultLimits, ...limits });
}

const shown = (segments: Segment[], limits = {}) =>
  cues(segments, limits).map(({ startMs, endMs, lines }) => [startMs, endMs, lines.join("|")]);

describe("cues by the times of words", () => {
  test("begin and end with their words, not with the segment", () => {
    const late = {
      ...spoken([
        ["Turn", 1.2, 1.5],
        ["it", 1.5, 1.7],
        ["off.", 1.8, 2.45],
      ]),
      start: 1,
    };
    expect(shown([{ ...late, end: 4 }])).toEqual([[1200, 2450, "Turn it off."]]);
  });

  test("a pause of a second ends a cue, a shorter one where it is of use", () => {
    const halting = spoken([
      ["Well,", 0, 0.4],
      ["I", 1.4, 1.5],
      ["see", 1.5, 1.9],
      ["it.", 1.9, 2.4],
    ]);
    expect(shown([halting])).toEqual([
      [0, 1000, "Well,"],
      [1400, 2400, "I see it."],
    ]);
    const before = evenly("one two three four five six seven eight nine ten eleven", 0, 0.4);
    const after = evenly("twelve thirteen fourteen fifteen sixteen seventeen eighteen", 5.1, 0.4);
    const whole = { ...segment(0, 8, `${before.text} ${after.text}`) };
    expect(shown([{ ...whole, words: [...before.words!, ...after.words!] }])).toEqual([
      [0, 4400, "one two three four five six|seven eight nine ten eleven"],
      [5100, 8050, "twelve thirteen fourteen fifteen|sixteen seventeen eighteen"],
    ]);
  });

  test("one that is too fast to read lasts on into the time that is free", () => {
    const fast = evenly("Everybody understands immediately", 2, 0.25);
    expect(shown([fast])).toEqual([[2000, 3650, "Everybody understands immediately"]]);
    const next = evenly("which was, to say the least, not what anybody had thought of", 3.2, 0.3);
    expect(shown([fast, next])).toEqual([
      [2000, 3200, "Everybody understands immediately"],
      [3200, 6800, "which was, to say the least,|not what anybody had thought of"],
    ]);
  });

  test("it is cut elsewhere rather than crowded", () => {
    const hurried = evenly("It was, notwithstanding considerable disappointment,", 0, 0.2);
    const slow = evenly("ah well.", 1.7, 1.2);
    expect(shown([hurried, slow])).toEqual([
      [0, 4100, "It was, notwithstanding considerable|disappointment, ah well."],
    ]);
  });

  test("a word that takes longer than a cue may, and words closer than a millisecond", () => {
    expect(shown([spoken([["Ooooh!", 1, 20]])])).toEqual([[1000, 8000, "Ooooh!"]]);
    const close = Array.from({ length: 40 }, (_, index): Timed => {
      return [`w${index}`, 1 + index * 1e-4, 1 + (index + 1) * 1e-4];
    });
    const single = cues([spoken([...close])], { maxWordsPerCue: 1 });
    expect(single.length).toBe(40);
    for (const [index, { startMs, endMs }] of single.entries()) {
      expect(endMs).toBeGreaterThan(startMs);
      expect(startMs).toBeGreaterThanOrEqual(single[index - 1]?.endMs ?? 0);
    }
  });

  test("each word stands in its line with its time", () => {
    const [cue] = cues([
      evenly("When the rain has stopped at last, we go out into the garden.", 1, 0.3),
    ]);
    const words = cue!.words!.map(({ line, from, to, startMs }) => [
      cue!.lines[line]!.slice(from, to),
      startMs,
    ]);
    expect(words.slice(5, 9)).toEqual([
      ["at", 2500],
      ["last,", 2800],
      ["we", 3100],
      ["go", 3400],
    ]);
  });

  test("a word on two lines is two, each with its share of the time", () => {
    const long = "abcdefghij".repeat(5);
    const [cue] = cues([spoken([[long, 0, 5]])]);
    expect(cue!.words).toEqual([
      { line: 0, from: 0, to: 42, startMs: 0, endMs: 4200 },
      { line: 1, from: 0, to: 8, startMs: 4200, endMs: 5000 },
    ]);
  });

  test("words that are not those of the text are left out, and times estimated", () => {
    const wrong = { ...segment(2, 5, "Turn it off."), words: spoken([["Turn", 2, 5]]).words! };
    expect(cues([wrong])).toEqual([{ startMs: 2000, endMs: 5000, lines: ["Turn it off."] }]);
  });
});

describe("a count of words", () => {
  const text = "The train to Boston leaves at seven thirty.";

  test("no cue has more of them, with times or without", () => {
    const timed = evenly(text, 0, 0.5);
    expect(shown([timed], { maxWordsPerCue: 3 })).toEqual([
      [0, 1500, "The train to"],
      [1500, 2500, "Boston leaves"],
      [2500, 4000, "at seven thirty."],
    ]);
    const estimated = shown([segment(0, 4, text)], { maxWordsPerCue: 3 });
    expect(estimated.map(([, , line]) => line)).toEqual([
      "The train to",
      "Boston leaves",
      "at seven thirty.",
    ]);
    expect(shown([timed], { maxWordsPerCue: 1 }).map(([, , line]) => line)).toEqual(
      text.split(" "),
    );
  });

  test("sentences stay apart, as long as they are not too short for that", () => {
    const first = evenly("Turn on the light in the kitchen.", 0, 0.35);
    const next = evenly("The train to Boston leaves.", 2.45, 0.35);
    const lines = shown([first, next], { maxWordsPerCue: 3 }).map(([, , line]) => line);
    expect(lines.slice(0, 4)).toEqual(["Turn on the", "light in", "the kitchen.", "The train to"]);
    const quick = spoken([["Yes.", 2.45, 2.55]]);
    const after = evenly("The train leaves.", 2.55, 0.3);
    const joined = shown([first, quick, after], { maxWordsPerCue: 3 }).map(([, , line]) => line);
    expect(joined.slice(2)).toEqual(["the kitchen. Yes.", "The train leaves."]);
  });

  test("words that no line may end between are still told apart", () => {
    const words = [
      ["vrai\u00a0?", 0, 1],
      ["«\u00a0Oui", 1, 2],
      ["»,", 2, 3],
    ] as const;
    const whole = { ...spoken([...words.map((word) => [...word] as Timed)]) };
    expect(shown([whole], { maxWordsPerCue: 1 })).toEqual([
      [0, 1000, "vrai\u00a0?"],
      [1000, 2000, "«\u00a0Oui"],
      [2000, 3000, "»,"],
    ]);
  });
});

test.each(["가".repeat(50_000), "a-".repeat(150_000)])(
  "a word as long as a book takes no time",
  (word) => {
    const started = performance.now();
    const all = cues([spoken([[word, 0, 100]])]);
    expect(all.flatMap(({ lines }) => lines).join("")).toBe(word);
    expect(performance.now() - started).toBeLessThan(5000);
  },
);
