import { describe, expect, test } from "bun:test";
import { demoSpeech } from "../../testing/live.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { sampleRate } from "../samples/recording.ts";
import { isInaudible, levelOf, quietestCut, speechSpans } from "./vad.ts";

/** Samples with what `offset` adds at each second. */
function shifted(samples: Float32Array, offset: (seconds: number) => number): Float32Array {
  return samples.map((sample, index) => sample + offset(index / sampleRate));
}

const offsets: [string, (seconds: number) => number][] = [
  ["a constant", () => 0.2],
  ["a constant far above the speech", () => -0.9],
  ["a slow drift", (seconds) => 0.3 * Math.sin(seconds / 2)],
];

describe("an offset", () => {
  test.each(offsets)("that is %s does not move the pauses", async (_, offset) => {
    const speech = await demoSpeech();
    const expected = speechSpans(speech);
    expect(expected.length).toBeGreaterThan(1);
    const found = speechSpans(shifted(speech, offset));
    expect(found.length).toBe(expected.length);
    for (const [index, { start, end }] of found.entries()) {
      expect(start).toBeCloseTo(expected[index]!.start, 1);
      expect(end).toBeCloseTo(expected[index]!.end, 1);
    }
  });

  test("that begins within a recording is over after a moment", async () => {
    const speech = await demoSpeech();
    const found = speechSpans(shifted(speech, (seconds) => (seconds < 1 ? 0 : 0.2)));
    expect(found.length).toBe(speechSpans(speech).length);
  });

  test("alone is nothing to hear, and has no level", () => {
    const constant = new Float32Array(sampleRate).fill(0.5);
    expect(isInaudible(constant)).toBe(true);
    expect(levelOf(constant)).toBeLessThan(-100);
    expect(speechSpans(constant)).toEqual([]);
    const random = seededRandom(3);
    const noise = constant.map((sample) => sample + 0.01 * (random() - 0.5));
    expect(isInaudible(noise)).toBe(false);
    expect(levelOf(noise)).toBeCloseTo(20 * Math.log10(0.01 / Math.sqrt(12)), 0);
  });

  test("does not move where a recording is cut", async () => {
    const speech = await demoSpeech();
    const cut = quietestCut(speech, sampleRate, 3 * sampleRate);
    const other = quietestCut(
      shifted(speech, () => 0.3),
      sampleRate,
      3 * sampleRate,
    );
    expect(Math.abs(cut - other)).toBeLessThan(0.05 * sampleRate);
  });
});
