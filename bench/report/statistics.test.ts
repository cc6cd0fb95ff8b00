import { expect, test } from "bun:test";
import { linearFit, median, quantile } from "./statistics.ts";

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

test("a quantile has its share of the values at or below it", () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect([0, 0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([1, 50, 99, 100]);
  expect(quantile([7], 0.5)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});

test("a straight line is found without residual", () => {
  const fit = linearFit([1, 5, 10, 30].map((x) => ({ x, y: 7 + 3 * x })));
  expect(fit.intercept).toBeCloseTo(7, 9);
  expect(fit.slope).toBeCloseTo(3, 9);
  expect(fit.r2).toBeCloseTo(1, 12);
  expect(fit.largestRelativeResidual).toBeCloseTo(0, 9);
});

test("what a line does not tell is in the residual, and short and long count the same", () => {
  const points = [
    { x: 1, y: 10 },
    { x: 2, y: 10 },
    { x: 100, y: 1000 },
  ];
  const fit = linearFit(points);
  // As numpy.polyfit gives with weights of 1 / y.
  expect(fit.slope).toBeCloseTo(6.63255, 4);
  expect(fit.intercept).toBeCloseTo(0.06802, 4);
  expect(fit.largestRelativeResidual).toBeCloseTo(0.33668, 4);
});

test("a constant is told wholly", () => {
  const fit = linearFit([1, 2, 3].map((x) => ({ x, y: 4 })));
  expect([fit.slope, fit.r2]).toEqual([0, 1]);
});
