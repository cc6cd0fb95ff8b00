import { describe, expect, test } from "bun:test";
import type { Span } from "../contract/transcript.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { lengthened } from "./lengths.ts";

const step = 0.08;
const spans = (...pairs: [number, number][]): Span[] =>
  pairs.map(([start, end]) => ({ start, end }));
const mended = (given: Span[], length = 10, weights = given.map(() => 1)) =>
  lengthened(given, weights, length, step).map(({ start, end, isShared }) => [
    Number(start.toFixed(4)),
    Number(end.toFixed(4)),
    isShared,
  ]);

describe("words without length", () => {
  test("one that has room keeps its moment and takes a step", () => {
    expect(mended(spans([0, 1], [1.04, 1.04], [2, 3]))).toEqual([
      [0, 1, false],
      [1.04, 1.12, false],
      [2, 3, false],
    ]);
  });
  test("one before the next takes what is free before it", () => {
    expect(mended(spans([0, 1], [2, 2], [2, 3]))).toEqual([
      [0, 1, false],
      [1.92, 2, false],
      [2, 3, false],
    ]);
  });
  test("those of one moment divide what is free by their weights", () => {
    expect(mended(spans([1, 1], [1, 1], [1, 1]), 10, [1, 2, 3])).toEqual([
      [1, 1.04, true],
      [1.04, 1.12, true],
      [1.12, 1.24, true],
    ]);
  });
  test("one between two others takes from the longer", () => {
    expect(mended(spans([0, 1], [1, 1], [1, 1.02]))).toEqual([
      [0, 0.98, false],
      [0.98, 1, true],
      [1, 1.02, false],
    ]);
    expect(mended(spans([0.9, 1], [1, 1], [1, 2]))[2]).toEqual([1.02, 2, false]);
  });
  test("one at the end of the audio lies before it", () => {
    expect(mended(spans([0, 0.5], [1, 1]), 1)[1]).toEqual([0.92, 1, false]);
  });
  test("ten thousand in one moment have each their part", () => {
    const all = lengthened(
      Array.from({ length: 10_000 }, () => ({ start: 3, end: 3 })),
      Array.from({ length: 10_000 }, () => 4),
      3,
      step,
    );
    expect(all.every(({ start, end }) => end > start)).toBe(true);
    expect(all[0]!.start).toBe(0);
    expect(all.at(-1)!.end).toBe(3);
  });
});

test("whatever is given, each ends after it starts and none overlaps the next", () => {
  const random = seededRandom(5);
  for (let round = 0; round < 20_000; round++) {
    const length = 0.01 + random() * 4;
    const classes = Math.floor(length / step) + 1;
    const count = 1 + Math.floor(random() * 12);
    const crowd = random() ** 2 * classes;
    const times = Array.from({ length: 2 * count }, () =>
      Math.min(length, Math.floor(random() * crowd) * step),
    ).sort((a, b) => a - b);
    const given = Array.from({ length: count }, (_, i) => ({
      start: times[2 * i]!,
      end: times[2 * i + 1]!,
    }));
    const found = lengthened(
      given,
      given.map(() => 1 + Math.floor(random() * 9)),
      length,
      step,
    );
    for (const [i, { start, end }] of found.entries()) {
      expect(end).toBeGreaterThan(start);
      expect(start).toBeGreaterThanOrEqual(found[i - 1]?.end ?? 0);
      const { start: from, end: to } = given[i]!;
      // What had a length gives up half of it at either side at most, and never grows.
      if (to > from) expect(start >= from && end <= to).toBe(true);
    }
    expect(found.at(-1)!.end).toBeLessThanOrEqual(length);
  }
});
