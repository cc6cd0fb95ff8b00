import { describe, expect, test } from "bun:test";
import { Problem } from "../http/problem.ts";
import { formatOf, SampleConverter } from "./samples.ts";

/** What samples of a width become, as numbers, when their bytes come in parts of so many. */
function converted(width: number, bytes: number[], partLength: number): number[] {
  const converter = new SampleConverter(width);
  const parts = [];
  for (let at = 0; at < bytes.length; at += partLength) {
    parts.push(converter.convert(Uint8Array.from(bytes.slice(at, at + partLength))));
  }
  const { buffer } = new Uint8Array(Buffer.concat(parts));
  return [...(converter.encoding === "f32le" ? new Float32Array(buffer) : new Int16Array(buffer))];
}

describe("samples", () => {
  test.each<[number, number[], number[]]>([
    [1, [0, 128, 255, 129], [-32_768, 0, 32_512, 256]],
    [2, [0, 128, 255, 127, 1, 0], [-32_768, 32_767, 1]],
    [
      3,
      [0, 0, 128, 255, 255, 127, 1, 0, 0, 255, 255, 255],
      [-1, 1 - 2 ** -23, 2 ** -23, -(2 ** -23)],
    ],
    [4, [0, 0, 0, 128, 0, 0, 0, 64, 0, 1, 0, 0], [-1, 0.5, 2 ** -23]],
  ])("of %d bytes keep their values", (width, bytes, values) => {
    for (const length of [1, 2, 3, 5, 100]) expect(converted(width, bytes, length)).toEqual(values);
  });

  test("that never become whole are no sound", () => {
    expect(converted(3, [0, 0, 64, 1, 2], 2)).toEqual([0.5]);
  });
});

test("a format has all its parts, or those of the one before", () => {
  const usual = { rate: 16_000, width: 2, channels: 1 };
  expect(formatOf({ rate: 8000, width: null, x: 1 }, usual)).toEqual({ ...usual, rate: 8000 });
  for (const wrong of [{ rate: 0 }, { rate: "16000" }, { width: 5 }, { channels: 1.5 }]) {
    expect(() => formatOf({ ...usual, ...wrong })).toThrow(Problem);
  }
  expect(() => formatOf({ rate: 16_000, width: 2 })).toThrow("channels");
});
