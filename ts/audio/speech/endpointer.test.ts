import { describe, expect, test } from "bun:test";
import { tone } from "../../testing/wav-writer.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { type Samples, sampleRate } from "../samples/recording.ts";
import { Endpointer } from "./endpointer.ts";

const random = seededRandom(5);

/** Noise of about -60 dB. */
function noise(seconds: number, peak = 2e-3): Samples {
  return Float32Array.from({ length: seconds * sampleRate }, () => (2 * random() - 1) * peak);
}

/** Seconds of sound and, negative, of noise. */
function recording(...parts: number[]): Samples {
  return joined(...parts.map((part) => (part > 0 ? Float32Array.from(tone(part)) : noise(-part))));
}

function joined(...parts: Samples[]): Samples {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

interface Cut {
  start: number;
  end: number;
  /** When it was known. */
  at: number;
}

/** Cuts a recording as steps of two seconds do; `settles` tells that every step settles text. */
function sectionsOf(samples: Samples, chunkSeconds: number, settles = false) {
  const endpointer = new Endpointer({ chunkSeconds, pauseSeconds: 2 });
  const cuts: Cut[] = [];
  let opened = 0;
  const take = (at: number, isEnd: boolean) => {
    for (let cut = endpointer.cut({ isEnd }); cut; cut = endpointer.cut({ isEnd })) {
      cuts.push({ start: cut.start, end: cut.end, at });
    }
  };
  for (let at = 0; at < samples.length; at += 2 * sampleRate) {
    const end = Math.min(samples.length, at + 2 * sampleRate);
    endpointer.push({ at, samples: samples.slice(at, end) });
    take(end / sampleRate, false);
    if (endpointer.open() === undefined) continue;
    opened++;
    if (settles) endpointer.settle();
  }
  take(samples.length / sampleRate, true);
  return { cuts, opened };
}

describe("a segment ends", () => {
  test("at a long pause, with a little of it", () => {
    const { cuts } = sectionsOf(recording(3, -3, 2, -2), 30);
    expect(cuts.length).toBe(2);
    expect(cuts[0]!.end).toBeCloseTo(3.35, 1);
    expect(cuts[0]!.at).toBe(6);
    expect(cuts[1]!.start).toBeCloseTo(5.65, 1);
    expect(cuts[1]!.end).toBeCloseTo(8.35, 1);
  });

  test("at a short pause when it is long enough", () => {
    const { cuts } = sectionsOf(recording(3.2, -0.5, 5.2, -0.5, 3, -0.5, 4), 10);
    expect(cuts.map(({ end }) => end)[0]).toBeCloseTo(9.15, 1);
  });

  test("at its longest length where there is no pause", () => {
    const { cuts } = sectionsOf(recording(60), 10);
    for (const [index, { start, end }] of cuts.entries()) {
      expect(end - start).toBeLessThanOrEqual(14);
      expect(start).toBeCloseTo(cuts[index - 1]?.end ?? 0, 6);
    }
    expect(cuts.at(-1)!.end).toBe(60);
  });

  test("at a shorter pause where the model wants it", () => {
    const endpointer = new Endpointer({ chunkSeconds: 30, pauseSeconds: 0.4 });
    endpointer.push({ at: 0, samples: recording(3, -0.6, 2) });
    const [first, second] = [endpointer.cut({}), endpointer.cut({ isEnd: true })];
    expect(first!.end).toBeCloseTo(3.3, 1);
    expect(second!.start).toBeCloseTo(3.3, 1);
    expect(second!.end).toBeCloseTo(5.6, 3);
  });

  test("never before audio whose text is settled", () => {
    const samples = recording(6.5, -0.4, 12, -0.3, 3, -0.3, 20);
    const { cuts } = sectionsOf(samples, 10, true);
    expect(cuts.length).toBeGreaterThan(2);
    for (const { end, at } of cuts) expect(end).toBeGreaterThanOrEqual(Math.min(40, at - 2));
  });

  test("with the audio", () => {
    const { cuts } = sectionsOf(recording(0.6), 10);
    expect(cuts.map(({ start, end }) => [start, end])).toEqual([[0, 0.6]]);
  });

  test("where it can when it is stuck", () => {
    const endpointer = new Endpointer({ chunkSeconds: 30, pauseSeconds: 2 });
    endpointer.push({ at: 0, samples: recording(3, -0.2, 3) });
    expect(endpointer.open()?.end).toBe(6.2);
    expect(endpointer.cut({})).toBeUndefined();
    expect(endpointer.cut({ isStuck: true })?.end).toBeCloseTo(3.1, 1);
  });
});

describe("silence", () => {
  test("is no segment, however long", () => {
    const muted = new Float32Array(120 * sampleRate);
    expect(sectionsOf(muted, 10)).toEqual({ cuts: [], opened: 0 });
  });

  test("of a room is none after speech told how loud it is", () => {
    const { cuts, opened } = sectionsOf(recording(4, -60), 10);
    expect(cuts.length).toBe(1);
    expect(opened).toBe(2);
  });

  test("before sound is left out, but for a little", () => {
    const { cuts } = sectionsOf(recording(-5, 2), 10);
    expect(cuts.at(-1)!.end).toBe(7);
    const quiet = joined(new Float32Array(9 * sampleRate), recording(2));
    expect(sectionsOf(quiet, 10).cuts[0]!.start).toBeCloseTo(8.65, 1);
  });

  test("loses nothing of what is not silent", () => {
    const times = [1.3, -2.5, 0.7, -0.9, 4, -4, 0.2, -1.6, 9, -0.3, 11];
    const { cuts } = sectionsOf(recording(...times), 6);
    let at = 0;
    for (const time of times) {
      const middle = at + Math.abs(time) / 2;
      if (time > 0)
        expect(cuts.some(({ start, end }) => start < middle && middle < end)).toBe(true);
      at += Math.abs(time);
    }
  });
});
