import { describe, expect, test } from "bun:test";
import type { Segment, Word } from "../../contract/transcript.ts";
import { randomChunks, transcriptOf, withWords } from "../../testing/transcripts.ts";
import { segmentWithWords, withWordTimes } from "../../testing/word-times.ts";
import { columns } from "../../text/columns.ts";
import { joinTurns } from "../../text/joining.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import type { Cue } from "./cue.ts";
import { cuesOf } from "./cues.ts";
import { defaultLimits } from "./layout.ts";
import { cleanText } from "./line-breaks.ts";

/** A segment of words, each with its start and its end. */
function spoken(...timed: [text: string, start: number, end: number][]): Segment {
  const words = timed.map(
    ([text, start, end]): Word => ({ text, start, end, probability: 0.9, estimated: false }),
  );
  const [start, end] = [words[0]!.start, words.at(-1)!.end];
  return { ...segment(start, end, timed.map(([text]) => text).join(" ")), words };
}

function segment(start: number, end: number, text: string, language = "English"): Segment {
  const confidence = { avgLogprob: -0.25, lowConfidence: false };
  return { id: 0, start, end, text, language, estimated: false, ...confidence };
}

/** Words one after the other from a time on, each of so many seconds. */
function evenly(text: string, from: number, seconds: number): Segment {
  const words = text.split(" ");
  return spoken(
    ...words.map((word, index): [string, number, number] => {
      const start = from + index * seconds;
      return [word, start, start + seconds];
    }),
  );
}

function cues(segments: Segment[], limits = {}): Cue[] {
  const text = segments.map((each) => each.text).join(" ");
  return cuesOf({ text, segments }, { ...defaultLimits, ...limits });
}

const shown = (segments: Segment[], limits = {}) =>
  cues(segments, limits).map(({ startMs, endMs, lines }) => [startMs, endMs, lines.join("|")]);

describe("cues by the times of words", () => {
  test("begin and end with their words, not with the segment", () => {
    const late = { ...spoken(["Turn", 1.2, 1.5], ["it", 1.5, 1.7], ["off.", 1.8, 2.45]), start: 1 };
    expect(shown([{ ...late, end: 4 }])).toEqual([[1200, 2450, "Turn it off."]]);
  });

  test("a pause of a second ends a cue, a shorter one where it is of use", () => {
    const halting = spoken(
      ["Well,", 0, 0.4],
      ["I", 1.4, 1.5],
      ["see", 1.5, 1.9],
      ["it.", 1.9, 2.4],
    );
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
    expect(shown([spoken(["Ooooh!", 1, 20])])).toEqual([[1000, 8000, "Ooooh!"]]);
    const close = Array.from({ length: 40 }, (_, index): [string, number, number] => {
      return [`w${index}`, 1 + index * 1e-4, 1 + (index + 1) * 1e-4];
    });
    const single = cues([spoken(...close)], { maxWordsPerCue: 1 });
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
    const [cue] = cues([spoken([long, 0, 5])]);
    expect(cue!.words).toEqual([
      { line: 0, from: 0, to: 42, startMs: 0, endMs: 4200 },
      { line: 1, from: 0, to: 8, startMs: 4200, endMs: 5000 },
    ]);
  });

  test("words that are not those of the text are left out, and times estimated", () => {
    const wrong = { ...segment(2, 5, "Turn it off."), words: spoken(["Turn", 2, 5]).words! };
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

  test("words that no line may end between are still told apart", () => {
    const words = [
      ["vrai\u00a0?", 0, 1],
      ["«\u00a0Oui", 1, 2],
      ["»,", 2, 3],
    ] as const;
    const whole = { ...spoken(...words.map((word) => [...word] as [string, number, number])) };
    expect(shown([whole], { maxWordsPerCue: 1 })).toEqual([
      [0, 1000, "vrai\u00a0?"],
      [1000, 2000, "«\u00a0Oui"],
      [2000, 3000, "»,"],
    ]);
  });
});

/**
 * Whether lines are texts piece by piece, with nothing but one space left out between two lines.
 * What stands between two texts does not count.
 */
function expectPieces(lines: readonly string[], texts: readonly string[]): void {
  const whole = texts.map(cleanText).join(border);
  let at = 0;
  for (const line of lines) {
    while (whole[at] === " " || whole[at] === border) at++;
    let piece = "";
    for (const character of line) {
      const isBorder = whole[at] === border;
      if (isBorder) at++;
      if (isBorder && character === " ") piece += " ";
      else {
        piece += whole.slice(at, at + character.length);
        at += character.length;
      }
    }
    expect(piece).toBe(line);
  }
  expect(whole.slice(at)).toBe("");
}

const border = "\n";

function expectInOrder(cues: readonly Cue[]): void {
  let last = 0;
  for (const { startMs, endMs, lines, words = [] } of cues) {
    expect(startMs).toBeGreaterThanOrEqual(last);
    expect(endMs).toBeGreaterThan(startMs);
    expect(endMs - startMs).toBeLessThanOrEqual(7000);
    let at = startMs;
    for (const word of words) {
      expect(word.startMs).toBeGreaterThanOrEqual(at);
      expect(word.endMs).toBeGreaterThanOrEqual(word.startMs);
      expect(lines[word.line]!.slice(word.from, word.to)).toMatch(/^\S(?:.*\S)?$/s);
      at = word.endMs;
    }
    expect(at).toBeLessThanOrEqual(endMs);
    last = endMs;
  }
}

const letters = (texts: readonly string[]) => texts.join("").replaceAll(/\s/g, "");

/** How many words, or parts of one, each cue has. */
function wordCounts(cues: readonly Cue[], words: readonly string[]): number[] {
  let [at, index, from] = [0, 0, 0];
  return cues.map(({ lines }) => {
    at += letters(lines).length;
    let count = 0;
    while (index < words.length && from < at) {
      count++;
      const to = from + letters([words[index]!]).length;
      if (to > at) break;
      [index, from] = [index + 1, to];
    }
    return count;
  });
}

describe("random transcripts", () => {
  test.each([
    {},
    { maxWordsPerCue: 1 },
    { maxWordsPerCue: 4 },
    { maxLineWidth: 12, maxLineCount: 1 },
  ])("in many scripts and channels come back from their cues: %p", (limits) => {
    const random = seededRandom(31);
    const layout = { ...defaultLimits, ...limits };
    for (let round = 0; round < 80; round++) {
      const channels = 1 + Math.floor(random() * 3);
      const chunks = randomChunks(random).map((chunk, index) => {
        const channel = channels > 1 ? { channel: 1 + (index % channels) } : {};
        return { ...(round % 2 === 0 ? withWords(random, chunk) : chunk), ...channel };
      });
      const whole = { ...transcriptOf(chunks), text: joinTurns(chunks) };
      const { text, segments } = round % 2 === 0 ? whole : withWordTimes(whole, random);
      const all = cuesOf({ text, segments }, layout);
      if (channels === 1)
        expectPieces(
          all.flatMap(({ lines }) => lines),
          [text],
        );
      for (const channel of new Set(segments.map((each) => each.channel))) {
        const own = all.filter((cue) => cue.channel === channel);
        const said = segments.filter((each) => each.channel === channel);
        expectPieces(
          own.flatMap(({ lines }) => lines),
          said.map((each) => each.text),
        );
        expectInOrder(own);
        for (const { lines } of own) {
          expect(lines.length).toBeLessThanOrEqual(layout.maxLineCount);
          for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(layout.maxLineWidth);
        }
        const inCues = own.flatMap(({ lines, words = [] }) =>
          words.map(({ line, from, to }) => lines[line]!.slice(from, to)),
        );
        const inWords = said.flatMap(({ words = [] }) => words.map(({ text }) => text));
        expect(letters(inCues)).toBe(letters(inWords));
        const counts = wordCounts(own, inWords);
        for (const count of counts) expect(count).toBeLessThanOrEqual(layout.maxWordsPerCue);
      }
    }
  });

  test("of even speech no cue is crowded or cut short while time is free", () => {
    const random = seededRandom(32);
    const say = "so that nobody who knew him could say anything else, and then she left the house.";
    let [crowded, count] = [0, 0];
    for (let round = 0; round < 60; round++) {
      let at = random();
      const segments = Array.from({ length: 12 }, () => {
        const words = say.split(" ").slice(Math.floor(random() * 12));
        const pace = 0.2 + random() * 0.25;
        const made = evenly(words.join(" "), at, pace);
        at = made.end + random() * 1.5;
        return made;
      });
      const all = cues(segments);
      count += all.length;
      for (const [index, { startMs, endMs, lines }] of all.entries()) {
        const wanted = Math.max(1000, (columns(lines.join(" ")) / 20) * 1000);
        const isFree = (all[index + 1]?.startMs ?? Number.POSITIVE_INFINITY) > endMs + 1;
        if (endMs - startMs < wanted - 1) {
          crowded++;
          expect(isFree).toBe(false);
        }
      }
    }
    expect(count).toBeGreaterThan(500);
    // Words as fast as one in 0.2 s leave no time to read.
    expect(crowded / count).toBeLessThan(0.2);
  });

  test("a cue never spans a second of silence", () => {
    const random = seededRandom(33);
    for (let round = 0; round < 100; round++) {
      const text = "and he went on, more slowly, to where the road ends. ".repeat(3).trim();
      const said = segmentWithWords(segment(1, 20 + random() * 20, text), random);
      for (const { words = [] } of cues([said])) {
        for (const [index, { startMs }] of words.entries()) {
          if (index > 0) expect(startMs - words[index - 1]!.endMs).toBeLessThanOrEqual(1000);
        }
      }
    }
  });
});
