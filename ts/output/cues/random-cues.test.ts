import { describe, expect, test } from "bun:test";
import { randomChunks, transcriptOf, withWords } from "../../testing/transcripts.ts";
import { evenly, segmentWithWords, withWordTimes } from "../../testing/word-times.ts";
import { columns } from "../../text/columns.ts";
import { joinTurns } from "../../text/joining.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import type { Cue } from "./cue.ts";
import { cuesOf } from "./cues.ts";
import { defaultLimits } from "./layout.ts";
import { cleanText } from "./line-breaks.ts";

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
      const text = segments.map((each) => each.text).join(" ");
      const all = cuesOf({ text, segments });
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
      const whole = { ...evenly(text, 1, 1), end: 20 + random() * 20 };
      const segments = [segmentWithWords(whole, random)];
      for (const { words = [] } of cuesOf({ text, segments })) {
        for (const [index, { startMs }] of words.entries()) {
          if (index > 0) expect(startMs - words[index - 1]!.endMs).toBeLessThanOrEqual(1000);
        }
      }
    }
  });
});
