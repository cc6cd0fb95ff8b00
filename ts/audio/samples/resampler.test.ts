import { describe, expect, test } from "bun:test";
import { Resampler } from "./resampler.ts";

function tone(rate: number, hertz: number, seconds = 1): Float32Array {
  return Float32Array.from({ length: seconds * rate }, (_, index) =>
    Math.sin((2 * Math.PI * hertz * index) / rate),
  );
}

function whole(rate: number, input: Float32Array, part = input.length): Float32Array {
  const resampler = new Resampler(rate);
  const output: number[] = [];
  for (let at = 0; at < input.length; at += part) {
    output.push(...resampler.push(input.subarray(at, at + part)));
  }
  output.push(...resampler.flush());
  return Float32Array.from(output);
}

/** The largest difference in the middle, where nothing begins or ends. */
function difference(one: Float32Array, other: Float32Array): number {
  const from = one.length >> 2;
  const parts = one.subarray(from, 3 * from).map((value, index) => value - other[from + index]!);
  return parts.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
}

describe.each([24_000, 8000])("from %d Hz", (rate) => {
  test.each([100, 1000, 3400])("a tone of %d Hz is the same tone, at the same time", (hertz) => {
    const output = whole(rate, tone(rate, hertz));
    expect(output.length).toBe(16_000);
    expect(difference(output, tone(16_000, hertz))).toBeLessThan(1e-4);
  });

  test.each([1, 7, 160, 4001])("parts of %d samples make no difference", (part) => {
    const input = tone(rate, 440, 0.5);
    expect(whole(rate, input, part)).toEqual(whole(rate, input));
  });

  test.each([1, 2, 3, 100, 12_345])("%d samples keep their length", (length) => {
    const output = whole(rate, new Float32Array(length).fill(0.5), 10);
    expect(output.length).toBe(Math.ceil((length * 16_000) / rate));
  });

  test("what was flushed does not sound again", () => {
    const resampler = new Resampler(rate);
    expect(resampler.flush().length).toBe(0);
    resampler.push(tone(rate, 300));
    resampler.flush();
    expect(resampler.push(new Float32Array(rate)).every((value) => value === 0)).toBe(true);
  });
});

test.each([8100, 9000, 11_900])("what models cannot hear, as %d Hz, is gone", (hertz) => {
  const output = whole(24_000, tone(24_000, hertz));
  expect(difference(output, new Float32Array(output.length))).toBeLessThan(1e-4);
});
