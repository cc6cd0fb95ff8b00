import { describe, expect, test } from "bun:test";
import type { Segment } from "../../contract/transcript.ts";
import { cuesOf } from "./cues.ts";
import { atomsOf } from "./line-breaks.ts";

function segment(start: number, end: number, text: string, language = "English"): Segment {
  const confidence = { avgLogprob: -0.25, lowConfidence: false };
  return { id: 0, start, end, text, language, estimated: true, ...confidence };
}

const cues = (...segments: Segment[]) =>
  cuesOf({ text: segments.map(({ text }) => text).join(" "), segments });
const lines = (...segments: Segment[]) => cues(...segments).map((cue) => cue.lines);
const times = (...segments: Segment[]) =>
  cues(...segments).map(({ startMs, endMs }) => [startMs, endMs]);

describe("lines", () => {
  test("a short sentence is one line", () => {
    expect(lines(segment(0, 3, "Turn on the light in the kitchen."))).toEqual([
      ["Turn on the light in the kitchen."],
    ]);
  });

  test("a longer one is broken after its clause", () => {
    expect(
      lines(segment(0, 5, "When the rain has stopped at last, we go out into the garden.")),
    ).toEqual([["When the rain has stopped at last,", "we go out into the garden."]]);
  });

  test("lines are of similar width where no clause ends", () => {
    expect(
      lines(segment(0, 5, "the quick brown fox jumps over the lazy dog and runs away")),
    ).toEqual([["the quick brown fox jumps over", "the lazy dog and runs away"]]);
  });

  test("Chinese and Japanese break between words, by two columns a character", () => {
    const [first] = lines(
      segment(0, 6, "今天天气很好我们一起去公园散步然后回家吃晚饭看电视", "Chinese"),
    );
    expect(first!.length).toBe(2);
    for (const line of first!) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(42);
    const kana = lines(
      segment(
        0,
        6,
        "「ちょっと待って」と彼女が言ったので、私はずっとそこで待っていました。",
        "Japanese",
      ),
    );
    expect(kana.flat().every((line) => !/^[、。」っょ]/.test(line) && !/「$/.test(line))).toBe(
      true,
    );
  });

  test("closing punctuation stays with what it closes", () => {
    const atoms = atomsOf("Est-ce vrai ? « Oui » , dit-il : non", "French", 42);
    expect(atoms.map(({ text }) => text)).toEqual([
      "Est-ce",
      "vrai ?",
      "« Oui » ,",
      "dit-il :",
      "non",
    ]);
  });

  test("a word wider than a line is cut between characters, not within them", () => {
    const [cue] = lines(segment(0, 6, "👨‍👩‍👧".repeat(30)));
    expect(cue!.join("")).toBe("👨‍👩‍👧".repeat(30));
    expect(cue!.map((line) => Bun.stringWidth(line))).toEqual([42, 18]);
  });

  test("Thai breaks between words", () => {
    const text = "วันนี้อากาศดีมากเราไปเดินเล่นที่สวนสาธารณะกันเถอะแล้วกลับบ้านกินข้าว";
    const [cue] = lines(segment(0, 6, text, "Thai"));
    expect(cue!.length).toBe(2);
    expect(cue!.join("")).toBe(text);
  });
});

describe("times", () => {
  test("30 s without punctuation become cues of at most 7 s, back to back", () => {
    const text = Array.from({ length: 75 }, (_, index) => `word${index + 10}`).join(" ");
    const shown = times(segment(10, 40, text));
    expect(shown.length).toBeGreaterThanOrEqual(5);
    expect(shown.length).toBeLessThanOrEqual(7);
    expect(shown[0]![0]).toBe(10_000);
    expect(shown.at(-1)![1]).toBe(40_000);
    for (const [index, [start, end]] of shown.entries()) {
      expect(end! - start!).toBeLessThanOrEqual(7000);
      if (index > 0) expect(start).toBe(shown[index - 1]![1]!);
    }
  });

  test("one word in a long noise is shown for 7 s", () => {
    expect(times(segment(2, 32, "Hello."))).toEqual([[2000, 9000]]);
  });

  test.each([
    ["One word.", 30],
    ["No, not now.", 1200],
    ["好的。", 60],
    ["Stop it, please, all of you!", 20],
  ])("%s in a sound of %d s is one cue where the sound begins", (text, seconds) => {
    const [cue, ...more] = cues(segment(2, 2 + seconds, text));
    expect(more).toEqual([]);
    expect(cue).toMatchObject({ startMs: 2000, lines: [text] });
    expect(cue!.endMs - cue!.startMs).toBeLessThanOrEqual(7000);
  });

  test("a short cue lasts on into free time, not into the next", () => {
    expect(times(segment(2, 2.3, "Yes."))).toEqual([[2000, 3000]]);
    const next = segment(
      3.5,
      6,
      "I think so, but I am not sure at all about it, nor is anybody else here.",
    );
    expect(times(segment(3.1, 3.2, "Hm, well, it is not for me to say what it is."), next)).toEqual(
      [
        [3100, 3500],
        [3500, 6000],
      ],
    );
  });

  test("short segments side by side share a cue", () => {
    expect(cues(segment(1, 1.4, "Yes."), segment(1.5, 3, "I think so."))).toEqual([
      { startMs: 1000, endMs: 3000, lines: ["Yes. I think so."] },
    ]);
    const wide = [segment(1, 1.4, "好。", "Chinese"), segment(1.5, 3, "走吧。", "Chinese")];
    expect(lines(...wide)).toEqual([["好。走吧。"]]);
  });

  test("segments without length still follow each other", () => {
    const none = Array.from({ length: 5 }, () => segment(4, 4, "word ".repeat(16)));
    const shown = times(...none);
    expect(shown.length).toBe(5);
    for (const [index, [start, end]] of shown.entries()) {
      expect(end!).toBeGreaterThan(start!);
      if (index > 0) expect(start!).toBeGreaterThanOrEqual(shown[index - 1]![1]!);
    }
  });
});
