import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../wer/seeded-random.ts";
import { spokenWords } from "../words/words.ts";
import { monotonePath } from "./monotone-path.ts";
import { wordTimes } from "./word-times.ts";

const width = 25;

/** Rows that look at these columns, and a little at all others. */
function looking(columns: readonly number[], elsewhere = 0.01): Float32Array {
  const rows = new Float32Array(columns.length * width).fill(elsewhere / width);
  for (const [row, column] of columns.entries()) rows[row * width + column]! += 1 - elsewhere;
  return rows;
}

/** All ways that do not go back, tried one by one. */
function bestByTrying(rows: Float32Array, wide: number): number {
  const count = rows.length / wide;
  const from = (row: number, first: number): number => {
    if (row === count) return 0;
    let best = Number.NEGATIVE_INFINITY;
    for (let column = first; column < wide; column++) {
      const here = Math.log(rows[row * wide + column]! + 1e-6);
      best = Math.max(best, here + from(row + 1, column));
    }
    return best;
  };
  return from(0, 0);
}

describe("the path", () => {
  test("is the likeliest of all that do not go back", () => {
    const random = seededRandom(3);
    for (let round = 0; round < 300; round++) {
      const [count, wide] = [1 + Math.floor(random() * 4), 1 + Math.floor(random() * 6)];
      const rows = Float32Array.from({ length: count * wide }, () => random() ** 4);
      const path = [...monotonePath(rows, wide)];
      expect(path).toEqual(path.toSorted((a, b) => a - b));
      const product = path.reduce((sum, column, row) => {
        return sum + Math.log(rows[row * wide + column]! + 1e-6);
      }, 0);
      expect(product).toBeCloseTo(bestByTrying(rows, wide), 6);
    }
  });

  test("goes over a token that looked elsewhere", () => {
    expect([...monotonePath(looking([2, 4, 20, 6, 8]), width)]).toEqual([
      2,
      4,
      expect.any(Number),
      6,
      8,
    ]);
  });
});

describe("words by attention", () => {
  const text = "One two-three, four.";
  const tokens = [
    { from: 0, to: 3 },
    { from: 3, to: 7 },
    { from: 7, to: 13 },
    { from: 13, to: 14 },
    { from: 14, to: 19 },
    { from: 19, to: 20 },
  ];
  const words = spokenWords(text, "English");
  const audio = {
    start: 10,
    end: 12,
    speech: [
      { start: 10.1, end: 11 },
      { start: 11.5, end: 12 },
    ],
  };
  const times = (columns: number[], offset = 0) =>
    wordTimes({ rows: looking(columns), tokens, words, audio, offset }).map((word) => [
      text.slice(word.from, word.to),
      Number(word.start.toFixed(2)),
      Number(word.end.toFixed(2)),
      word.estimated,
    ]);

  test("begin where their first token looked, and end with the sound or the next word", () => {
    expect(times([2, 5, 7, 8, 20, 24])).toEqual([
      ["One", 10.16, 10.4, true],
      ["two-three,", 10.4, 11, true],
      ["four.", 11.6, 12, true],
    ]);
  });

  test("are as much earlier as the decoder looks late", () => {
    expect(times([2, 5, 7, 8, 20, 24], 0.12).map(([, start]) => start)).toEqual([
      10.04, 10.28, 11.48,
    ]);
    expect(times([0, 1, 1, 2, 3, 4], 0.5)[0]![1]).toBe(10);
  });

  test("have a length where they fell on one moment, also at the end", () => {
    for (const columns of [
      [5, 5, 5, 5, 5, 5],
      [24, 24, 24, 24, 24, 24],
      [0, 0, 0, 0, 0, 0],
    ]) {
      let last = 10;
      for (const [, start, end] of times(columns) as [string, number, number, boolean][]) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        last = end;
      }
      expect(last).toBeLessThanOrEqual(12);
    }
  });
});
