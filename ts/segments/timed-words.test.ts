import { describe, expect, test } from "bun:test";
import type { DecodedChunk, TimedWord } from "../contract/transcript.ts";
import { randomChunks, withWords } from "../testing/transcripts.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { GrowingSegments, segmentsOf } from "./segments.ts";

/** A chunk whose words have these times, white space between them. */
function chunk(
  text: string,
  times: readonly (readonly [number, number])[],
  more: Partial<DecodedChunk> = {},
): DecodedChunk {
  const found = [...text.matchAll(/\S+/g)];
  const words = times.map(([start, end], index): TimedWord => {
    const { 0: word, index: from } = found[index]!;
    return { from, to: from + word.length, start, end, estimated: false };
  });
  const tokenTexts = (text.match(/\s*\S+/g) ?? []).map((piece) => ({ text: piece, logprob: -0.1 }));
  const place = { start: times[0]?.[0] ?? 0, end: times.at(-1)?.[1] ?? 1 };
  const rest = { language: "English", speech: [], finishReason: "eos" } as const;
  return { ...place, ...rest, text, tokenTexts, words, ...more };
}

/** Words one after the other, each of so many seconds, the next one after a pause. */
function evenly(count: number, seconds: number, pauseAfter: Record<number, number> = {}) {
  let at = 0;
  return Array.from({ length: count }, (_, index) => {
    const start = at;
    at += seconds + (pauseAfter[index] ?? 0);
    return [start, start + seconds] as const;
  });
}

describe("segments of timed words", () => {
  test("are sentences with the words' times", () => {
    const times = [
      [0.2, 0.5],
      [0.6, 1.4],
      [4.0, 4.3],
      [4.3, 5.21],
    ] as const;
    const [first, second] = segmentsOf([chunk("Hello there. How nice!", times)]);
    expect(first).toMatchObject({ start: 0.2, end: 1.4, text: "Hello there.", estimated: false });
    expect(second).toMatchObject({ start: 4, end: 5.21, text: "How nice!", estimated: false });
    expect(second?.words).toEqual([
      { start: 4, end: 4.3, text: "How", probability: Math.exp(-0.1), estimated: false },
      { start: 4.3, end: 5.21, text: "nice!", probability: Math.exp(-0.1), estimated: false },
    ]);
  });

  test("are estimated where one of their words is", () => {
    const given = chunk("One two three. Four five six.", evenly(6, 0.5));
    const words = given.words!.map((word, index) => ({ ...word, estimated: index === 4 }));
    expect(segmentsOf([{ ...given, words }]).map(({ estimated }) => estimated)).toEqual([
      false,
      true,
    ]);
  });

  test("do not part a word that two sentences share", () => {
    const given = chunk("Is it?Yes, it is. Good to know.", evenly(7, 0.6));
    expect(segmentsOf([given]).map(({ text }) => text)).toEqual([
      "Is it?Yes, it is.",
      "Good to know.",
    ]);
  });

  test("are cut at the longest pauses of the speaker where they are long", () => {
    const text = Array.from({ length: 40 }, (_, index) => `word${index}`).join(" ");
    const given = chunk(text, evenly(40, 0.5, { 14: 0.4, 25: 0.9, 38: 0.2 }));
    expect(segmentsOf([given]).map(({ words }) => words?.length)).toEqual([15, 11, 14]);
    expect(segmentsOf([chunk(text, evenly(40, 0.5))])).toHaveLength(1);
  });

  test("have words in whole milliseconds, none without length, none before the last", () => {
    const first = chunk("One two three", [
      [0, 1.0004],
      [1.0004, 1.00041],
      [1.0004, 1.2],
    ]);
    const second = chunk("four", [[1.1, 1.15]]);
    const growing = new GrowingSegments();
    const told = [first, second].flatMap((each) => growing.add(each));
    expect(told.map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [1, 1.001],
      [1.001, 1.2],
      [1.2, 1.201],
    ]);
    expect(growing.all().flatMap(({ words }) => words)).toEqual(told);
  });

  test("end with the recording, not a part of a millisecond behind it", () => {
    const end = 1.0005625;
    const given = chunk(
      "One two three.",
      [
        [0, 0.9],
        [0.9, 1.0004],
        [1.0004, end],
      ],
      { end },
    );
    const times = (chunks: readonly DecodedChunk[]) =>
      segmentsOf(chunks).map((segment) => [
        segment.end,
        ...(segment.words ?? []).map((word) => [word.start, word.end]),
      ]);
    expect(times([given])).toEqual([[1, [0, 0.9], [0.9, 0.999], [0.999, 1]]]);
    const { words: _, ...wordless } = given;
    expect(times([wordless])).toEqual([[1]]);
  });

  test("tell beforehand what the words of a chunk will be", () => {
    const growing = new GrowingSegments();
    growing.add(
      chunk("One two", [
        [0, 1],
        [1, 2.5],
      ]),
    );
    const next = chunk("three four", [
      [2, 2.7],
      [2.7, 3.00049],
    ]);
    const [three, four] = growing.words(next);
    expect(three).toMatchObject({ from: 0, to: 5, start: 2.5, end: 2.7 });
    expect(four).toMatchObject({ from: 6, to: 10, start: 2.7, end: 3 });
    // Told once, they stay.
    const words = [three!, four!];
    expect(growing.add({ ...next, words }).map(({ start, end }) => [start, end])).toEqual([
      [2.5, 2.7],
      [2.7, 3],
    ]);
  });

  test("have the probability of their own tokens", () => {
    const tokenTexts = [
      { text: "", logprob: -4 },
      { text: "你", logprob: -2 },
      { text: "好。再", logprob: -1 },
      { text: "见", logprob: 0 },
    ];
    const words = [0, 1, 3, 4].map((from, index) => {
      const to = from === 1 ? 3 : from + 1;
      return { from, to, start: index, end: index + 1, estimated: true };
    });
    const given = chunk("", [], { text: "你好。再见", tokenTexts, words, end: 4 });
    const logs = segmentsOf([given]).flatMap(({ words = [] }) =>
      words.map(({ text, probability }) => [text, Math.log(probability)]),
    );
    expect(logs).toEqual([
      ["你", expect.closeTo(-3)],
      ["好。", expect.closeTo(-1)],
      ["再", expect.closeTo(-1)],
      ["见", 0],
    ]);
  });

  test("of random chunks of two channels: in order, no overlap, nothing lost", () => {
    const random = seededRandom(11);
    let count = 0;
    for (let round = 0; round < 100; round++) {
      const chunks = [1, 2]
        .flatMap((channel) => randomChunks(random).map((each) => ({ ...each, channel })))
        .map((each) => withWords(random, each))
        .sort((a, b) => a.start - b.start);
      const ends = new Map<number | undefined, number>();
      for (const { start, end, text, words = [], channel } of segmentsOf(chunks)) {
        expect(
          words
            .map((word) => word.text)
            .join("")
            .replaceAll(/\s/g, ""),
        ).toBe(text.replaceAll(/\s/g, ""));
        expect([words[0]?.start, words.at(-1)?.end]).toEqual([start, end]);
        for (const word of words) {
          expect(word.start).toBeGreaterThanOrEqual(ends.get(channel) ?? 0);
          expect(word.end).toBeGreaterThan(word.start);
          expect(word).toMatchObject({ channel, estimated: false });
          ends.set(channel, word.end);
          count++;
        }
      }
    }
    expect(count).toBeGreaterThan(5000);
  });
});

test("a word that is said to end behind the text ends the last sentence", () => {
  const given = chunk("One. Two", [
    [0, 1],
    [1, 2],
  ]);
  const words = given.words!.map((word) => ({ ...word, to: word.to + 9 }));
  expect(segmentsOf([{ ...given, words }]).map(({ text }) => text)).toEqual(["One. Two"]);
});
