import { describe, expect, test } from "bun:test";
import type { Span, TimedWord } from "../../contract/transcript.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { spokenWords } from "../words/words.ts";
import { type Attention, wordTimes } from "./word-times.ts";

/** Audio embeddings of so many whole seconds. */
const inSecond = 13;

/** The column whose sound lies at a time. */
function columnAt(time: number): number {
  return Math.floor(time) * inSecond + Math.round((time % 1) / 0.08);
}

/** Rows that look at these times, and a little at all others. */
function looking(times: readonly number[], seconds: number, elsewhere = 0.05): Float32Array {
  const width = seconds * inSecond;
  const rows = new Float32Array(times.length * width).fill(elsewhere / width);
  for (const [row, time] of times.entries()) rows[row * width + columnAt(time)]! += 1 - elsewhere;
  return rows;
}

interface Scene {
  /** The text token by token. */
  tokens: readonly string[];
  /** When each of them is looked at. */
  looks: readonly number[];
  seconds: number;
  speech: readonly Span[];
  start?: number;
  offset?: number;
  language?: string;
}

function attentionOf(scene: Scene, rows = looking(scene.looks, scene.seconds)): Attention {
  const text = scene.tokens.join("");
  const { start = 0, seconds, speech, language = "English" } = scene;
  const ends = scene.tokens.map((_, index) => scene.tokens.slice(0, index + 1).join("").length);
  return {
    text,
    rows: (from, to) => rows.subarray(from * seconds * inSecond, to * seconds * inSecond),
    tokens: ends.map((to, index) => ({ from: ends[index - 1] ?? 0, to })),
    words: spokenWords(text, language),
    audio: { start, end: start + seconds, speech },
    offset: scene.offset ?? 0,
  };
}

function timesOf(scene: Scene): (string | number)[][] {
  const attention = attentionOf(scene);
  return wordTimes(attention).map(({ from, to, start, end }) => [
    attention.text.slice(from, to),
    Number(start.toFixed(2)),
    Number(end.toFixed(2)),
  ]);
}

function expectInOrder(words: readonly TimedWord[], { words: given, audio }: Attention): void {
  expect(words.map(({ from, to }) => ({ from, to }))).toEqual(
    given.map(({ from, to }) => ({ from, to })),
  );
  let reached = audio.start;
  for (const { start, end, estimated } of words) {
    expect(start).toBeGreaterThanOrEqual(reached - 1e-9);
    expect(end).toBeGreaterThan(start);
    expect(estimated).toBe(true);
    reached = end;
  }
  expect(reached).toBeLessThanOrEqual(audio.end + 1e-9);
}

const lamp: Scene = {
  tokens: ["Turn", " on", " the", " lamp", ",", " please", "."],
  looks: [0.32, 0.56, 0.72, 1.04, 1.16, 2.24, 2.5],
  seconds: 3,
  speech: [
    { start: 0.1, end: 1.35 },
    { start: 1.95, end: 2.6 },
  ],
};

describe("words", () => {
  test("meet between the places that their tokens looked at, and pauses are nobody's", () => {
    expect(timesOf(lamp)).toEqual([
      ["Turn", 0.15, 0.47],
      ["on", 0.47, 0.63],
      ["the", 0.63, 0.88],
      ["lamp,", 0.88, 1.3],
      ["please.", 2, 2.55],
    ]);
  });

  test("are as much earlier as the decoder looks late, and lie where the audio does", () => {
    const late = { ...lamp, looks: lamp.looks.map((time) => time + 0.16), offset: 0.16, start: 40 };
    const speech = lamp.speech.map(({ start, end }) => ({ start: start + 40, end: end + 40 }));
    const moved = timesOf({ ...late, speech });
    for (const [index, [word, start, end]] of timesOf(lamp).entries()) {
      expect(moved[index]![0]).toBe(word!);
      expect(Math.abs(Number(moved[index]![1]) - 40 - Number(start))).toBeLessThan(0.05);
      expect(Math.abs(Number(moved[index]![2]) - 40 - Number(end))).toBeLessThan(0.05);
    }
  });

  test("stay where they are, though one of their tokens looked elsewhere", () => {
    for (const [lost, elsewhere] of [
      [2, 2.5],
      [3, 0.16],
      [1, 1.28],
    ] as const) {
      // It looked a little at the right place, too.
      const rows = looking(lamp.looks, lamp.seconds, 0.3);
      const width = lamp.seconds * inSecond;
      const right = lost * width + columnAt(lamp.looks[lost]!);
      rows[right] = 0.1;
      rows[lost * width + columnAt(elsewhere)] = 0.6;
      const found = wordTimes(attentionOf(lamp, rows));
      for (const [index, { start, end }] of wordTimes(attentionOf(lamp)).entries()) {
        expect(Math.abs(found[index]!.start - start)).toBeLessThan(0.1);
        expect(Math.abs(found[index]!.end - end)).toBeLessThan(0.1);
      }
    }
  });

  test("that one token wrote share its time, and those of several tokens have all of it", () => {
    const scene: Scene = {
      tokens: ["今天", "天气", "很", "好", "。", "un", "believ", "able"],
      looks: [0.32, 0.72, 1.04, 1.24, 1.4, 2.16, 2.4, 2.72],
      seconds: 3,
      speech: [{ start: 0, end: 3 }],
      language: "Chinese",
    };
    const found = timesOf(scene);
    expect(found.map(([word]) => word)).toEqual([
      "今",
      "天",
      "天",
      "气",
      "很",
      "好。",
      "unbelievable",
    ]);
    const [today, day, sky] = found.map(([, start, end]) => [Number(start), Number(end)] as const);
    expect(today![1]).toBeCloseTo(0.32, 1);
    expect(day![0]).toBe(today![1]);
    expect(sky![0]).toBe(day![1]);
    const [, first, last] = found.at(-1)!;
    expect(first).toBeLessThan(2.1);
    expect(last).toBeGreaterThan(2.76);
  });

  test("are not drawn out by sound in which nothing is said", () => {
    const scene: Scene = {
      ...lamp,
      looks: [0.32, 0.56, 0.72, 1.04, 1.16, 8.24, 8.5],
      seconds: 9,
      speech: [{ start: 0, end: 9 }],
    };
    const found = timesOf(scene);
    expect(Number(found[3]![2])).toBeLessThan(2);
    expect(Number(found[4]![1])).toBeGreaterThan(7.4);
    expect(Number(found[4]![2])).toBeLessThanOrEqual(9);
  });

  test("of the beginning are where those of the whole are, but for the last", () => {
    const whole = wordTimes(attentionOf(lamp));
    for (const count of [3, 4, 5, 6]) {
      const cut = {
        ...lamp,
        tokens: lamp.tokens.slice(0, count),
        looks: lamp.looks.slice(0, count),
      };
      const found = wordTimes(attentionOf(cut));
      for (const [index, { start, end }] of found.slice(0, -1).entries()) {
        expect(start).toBeCloseTo(whole[index]!.start, 6);
        expect(end).toBeCloseTo(whole[index]!.end, 6);
      }
      expect(found.at(-1)!.start).toBeCloseTo(whole[found.length - 1]!.start, 6);
    }
  });
});

describe("whatever the decoder looked at", () => {
  test("words are in order and within the audio", () => {
    const random = seededRandom(11);
    const some = ["One", " two", "-three", ",", " ", "four", " 25", "!", " …", "é", "今天", ""];
    for (let round = 0; round < 300; round++) {
      const count = 1 + Math.floor(random() * 30);
      const tokens = Array.from({ length: count }, () => some[Math.floor(random() * some.length)]!);
      const seconds = 1 + Math.floor(random() * 4);
      const width = seconds * inSecond;
      const rows = Float32Array.from({ length: count * width }, () => random() ** 8);
      const borders = Array.from({ length: 4 }, () => random() * seconds).sort((a, b) => a - b);
      const [a, b, c, d] = borders as [number, number, number, number];
      const speech = [
        [],
        [{ start: a, end: b }],
        [
          { start: a, end: b },
          { start: c, end: d },
        ],
      ];
      const scene = { tokens, looks: [], seconds, speech: speech[round % 3]!, offset: random() };
      const attention = attentionOf(scene, rows);
      expectInOrder(wordTimes(attention), attention);
    }
  });

  test("numbers that are none have a place", () => {
    for (const value of [0, Number.NaN, Number.POSITIVE_INFINITY]) {
      const rows = new Float32Array(lamp.tokens.length * lamp.seconds * inSecond).fill(value);
      const attention = attentionOf(lamp, rows);
      expectInOrder(wordTimes(attention), attention);
    }
  });

  test("a text without words has none", () => {
    for (const tokens of [[], ["…", " !"]]) {
      const scene = { ...lamp, tokens, looks: tokens.map(() => 1) };
      expect(wordTimes(attentionOf(scene))).toEqual([]);
    }
  });

  test("long answers on long audio are read in parts", () => {
    const seconds = 600;
    const looks = Array.from({ length: 1400 }, (_, index) => 1 + index * 0.4);
    const scene: Scene = {
      tokens: looks.map(() => " word"),
      looks,
      seconds,
      speech: [{ start: 0, end: seconds }],
    };
    const attention = attentionOf(scene);
    const sizes: number[] = [];
    const rows = (from: number, to: number) => {
      sizes.push(to - from);
      return attention.rows(from, to);
    };
    const found = wordTimes({ ...attention, rows });
    expectInOrder(found, attention);
    expect(Math.max(...sizes) * seconds * inSecond).toBeLessThanOrEqual(1 << 22);
    expect(sizes.length).toBeLessThan(10);
    const late = found.map(({ start, end }, index) => Math.abs((start + end) / 2 - looks[index]!));
    expect(Math.max(...late.slice(1, -1))).toBeLessThan(0.2);
  });
});
