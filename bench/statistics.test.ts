import { expect, test } from "bun:test";
import { linearFit, median } from "./statistics.ts";

test("the median is the middle, or the mean of both", () => {
  expect(median([3])).toBe(3);
  expect(median([9, 1, 2])).toBe(2);
  expect(median([4, 1, 10, 2])).toBe(3);
  expect(median([])).toBeNaN();
});

test("the median leaves its argument alone", () => {
  const values = [3, 1, 2];
  median(values);
  expect(values).toEqual([3, 1, 2]);
});

test("a straight line is found without residual", () => {
  const fit = linearFit([1, 5, 10, 30].map((x) => ({ x, y: 7 + 3 * x })));
  expect(fit.intercept).toBeCloseTo(7, 9);
  expect(fit.slope).toBeCloseTo(3, 9);
  expect(fit.r2).toBeCloseTo(1, 12);
  expect(fit.largestRelativeResidual).toBeCloseTo(0, 9);
});

test("what a line does not tell is in the residual", () => {
  // The line of least squares through these is y = 1/2 + x.
  const fit = linearFit([
    { x: 0, y: 1 },
    { x: 1, y: 1 },
    { x: 2, y: 2 },
    { x: 3, y: 4 },
  ]);
  expect(fit.intercept).toBeCloseTo(0.5, 9);
  expect(fit.slope).toBeCloseTo(1, 9);
  expect(fit.r2).toBeCloseTo(1 - 1 / 6, 9);
  expect(fit.largestRelativeResidual).toBeCloseTo(0.5, 9);
});

test("a constant is told wholly", () => {
  const fit = linearFit([1, 2, 3].map((x) => ({ x, y: 4 })));
  expect([fit.slope, fit.r2]).toEqual([0, 1]);
});
