import { describe, expect, test } from "bun:test";
import { seededRandom } from "../wer/seeded-random.ts";
import { inOrder } from "./order.ts";
import { repaired } from "./repair.ts";

/** The official rule as it is stated: every earlier value is looked at for each. */
function inOrderByTrying(values: readonly number[]): boolean[] {
  const lengths: number[] = [];
  const previous: number[] = [];
  for (const [at, value] of values.entries()) {
    lengths.push(1);
    previous.push(-1);
    for (let earlier = 0; earlier < at; earlier++) {
      if (values[earlier]! > value || lengths[earlier]! < lengths[at]!) continue;
      lengths[at] = lengths[earlier]! + 1;
      previous[at] = earlier;
    }
  }
  const chosen = values.map(() => false);
  for (let at = lengths.indexOf(Math.max(...lengths)); at >= 0; at = previous[at]!) {
    chosen[at] = true;
  }
  return chosen;
}

/** Neighbours are searched for at each value, as the rule tells it. */
function repairedByTrying(values: readonly number[]): number[] {
  const good = inOrderByTrying(values);
  return values.map((value, at) => {
    if (good[at]) return value;
    const left = good.lastIndexOf(true, at);
    const right = good.indexOf(true, at);
    if (left < 0) return values[right]!;
    if (right < 0) return values[left]!;
    const between = right - left - 1;
    if (between > 2) {
      const step = (values[right]! - values[left]!) / (between + 1);
      return Math.trunc(values[left]! + step * (at - left));
    }
    return at - left <= right - at ? values[left]! : values[right]!;
  });
}

/** Lists as an aligner may give them: noise, rising times with faults, many ties, stuck ends. */
function list(random: () => number): number[] {
  const length = 1 + Math.floor(random() ** 2 * 60);
  const classes = [2, 5, 30, 400, 5000][Math.floor(random() * 5)]!;
  const faults = random();
  return Array.from({ length }, (_, at) => {
    const rising = Math.floor((at / length) * classes);
    const isFault = random() < faults;
    return 80 * (isFault ? Math.floor(random() * classes) : rising);
  });
}

test("100,000 lists are repaired as the stated rule has it", () => {
  const random = seededRandom(13);
  let wrong = 0;
  let outliers = 0;
  for (let round = 0; round < 100_000; round++) {
    const values = list(random);
    const { times, isOutlier } = repaired(values);
    const good = inOrderByTrying(values);
    const isEqual =
      good.every((is, at) => is !== isOutlier[at]) &&
      repairedByTrying(values).every((time, at) => time === times[at]);
    if (!isEqual) wrong++;
    outliers += isOutlier.filter(Boolean).length;
  }
  expect(wrong).toBe(0);
  expect(outliers).toBeGreaterThan(100_000);
});

describe("the subsequence", () => {
  test("goes through equal values", () => {
    expect(inOrder([2, 2, 2, 1, 1])).toEqual([true, true, true, false, false]);
  });
  test("ends at the first of the possible ends, and takes the earliest values before", () => {
    expect(inOrder([3, 4, 1, 2])).toEqual([true, true, false, false]);
    expect(inOrder([1, 3, 2, 3])).toEqual([true, true, false, true]);
    expect(inOrder([1, 5, 4, 6, 5])).toEqual([true, true, false, true, false]);
  });
  test("of nothing is nothing", () => expect(inOrder([])).toEqual([]));
  test("of 200,000 values is found in no long time", () => {
    const random = seededRandom(1);
    const values = Array.from({ length: 200_000 }, () => Math.floor(random() * 5000));
    const before = performance.now();
    expect(inOrder(values).filter(Boolean).length).toBeGreaterThan(500);
    expect(performance.now() - before).toBeLessThan(5000);
  });
});

describe("what is out of order", () => {
  const times = (values: number[]) => repaired(values).times;
  test("takes the nearer neighbour's value when there are at most two", () => {
    expect(times([0, 900, 100, 200])).toEqual([0, 0, 100, 200]);
    expect(times([0, 100, 900, 800, 200, 300])).toEqual([0, 100, 100, 200, 200, 300]);
  });
  test("lies evenly between its neighbours when there are more, in whole milliseconds", () => {
    expect(times([0, 80, 900, 800, 700, 160, 240])).toEqual([0, 80, 100, 120, 140, 160, 240]);
    expect(times([0, 90, 80, 70, 10, 10])).toEqual([0, 2, 5, 7, 10, 10]);
  });
  test("takes the one neighbour's value at an end", () => {
    expect(times([900, 800, 700, 80, 160, 240, 320])).toEqual([80, 80, 80, 80, 160, 240, 320]);
    expect(times([80, 160, 240, 320, 40, 30, 20])).toEqual([80, 160, 240, 320, 320, 320, 320]);
  });
});
