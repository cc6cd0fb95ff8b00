import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../wer/seeded-random.ts";
import { LoopGuard } from "./loop-guard.ts";

/** How many tokens the guard takes before it speaks, and what it says. */
function fed(tokens: Iterable<number>): { length: number; kept: number | undefined } {
  const guard = new LoopGuard();
  let length = 0;
  for (const token of tokens) {
    const kept = guard.push(token);
    length++;
    if (kept !== undefined) return { length, kept };
  }
  return { length, kept: undefined };
}

const endless = function* (start: readonly number[], pattern: readonly number[]) {
  yield* start;
  for (;;) yield* pattern;
};

describe("a pattern that comes again and again", () => {
  const start = [7, 8, 9];
  for (const period of [1, 2, 3, 7, 16, 40, 64]) {
    test(`of ${period} tokens is cut after its first copy`, () => {
      const pattern = Array.from({ length: period }, (_, i) => 100 + i);
      const { length, kept } = fed(endless(start, pattern));
      expect(kept).toBe(start.length + period);
      expect(length - start.length).toBeLessThanOrEqual(Math.max(32, 4 * period));
    });
  }

  test("is noticed when its first copy begins in the middle", () => {
    const { kept } = fed(endless([2, 3, 1, 2, 3], [1, 2, 3]));
    expect(kept).toBe(3);
  });
});

test("a phrase that returns between other words is a loop, too", () => {
  const random = seededRandom(1);
  const phrase = [1, 2, 3, 4, 5, 6, 7, 8];
  const tokens = Array.from({ length: 20 }, (_, i) => [
    ...phrase,
    ...Array.from({ length: 3 + (i % 3) }, () => 1000 + Math.floor(random() * 1e6)),
  ]).flat();
  const { length, kept } = fed(tokens);
  expect(length).toBeLessThan(6 * 14);
  // The phrase stays once, and what came after it.
  expect(kept).toBe(phrase.length + 3);
});

test("people repeat themselves without being cut", () => {
  const said = [
    Array(20).fill(5),
    Array.from({ length: 28 }, (_, i) => i % 2),
    [...Array(3)].flatMap(() => Array.from({ length: 40 }, (_, i) => i)),
  ];
  for (const tokens of said) expect(fed(tokens).kept).toBeUndefined();
});

test("an hour of different tokens is no loop, and takes a moment", () => {
  const random = seededRandom(2);
  const tokens = Array.from({ length: 20_000 }, () => Math.floor(random() * 150_000));
  const started = performance.now();
  expect(fed(tokens).kept).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(2000);
});
