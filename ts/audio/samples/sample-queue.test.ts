import { describe, expect, test } from "bun:test";
import { sampleRate } from "./recording.ts";
import { SampleQueue } from "./sample-queue.ts";

const ones = (length: number) => new Float32Array(length).fill(1);

describe("samples that came", () => {
  test("are taken in order, with their places", () => {
    const queue = new SampleQueue();
    queue.push({ at: 100, samples: ones(1000) });
    queue.push({ at: 1100, samples: new Float32Array(200_000).fill(2) });
    expect([queue.at, queue.length, queue.end]).toEqual([100, 201_000, 201_100]);
    expect(queue.take(999)).toEqual({ at: 100, samples: ones(999) });
    const next = queue.take(3);
    expect(next).toEqual({ at: 1099, samples: Float32Array.of(1, 2, 2) });
    queue.drop(10);
    expect([queue.at, queue.end]).toEqual([1112, 201_100]);
  });

  test("with a short gap between them have silence there", () => {
    const queue = new SampleQueue();
    queue.push({ at: 0, samples: ones(100) });
    queue.push({ at: sampleRate, samples: ones(100) });
    expect([queue.length, queue.end]).toEqual([sampleRate + 100, sampleRate + 100]);
    const view = queue.view();
    expect(view.indexOf(0)).toBe(100);
    expect(view.lastIndexOf(0)).toBe(sampleRate - 1);
  });

  test("behind a long gap are apart, and nothing is filled in when what was before is gone", () => {
    const queue = new SampleQueue();
    queue.push({ at: 0, samples: ones(100) });
    const late = { at: 10_000 * sampleRate, samples: ones(50) };
    expect(queue.isApart(late)).toBe(true);
    queue.drop(100);
    expect(queue.isApart(late)).toBe(false);
    queue.push(late);
    expect([queue.at, queue.length]).toEqual([late.at, 50]);
  });

  test("a little sooner or later than they follow set the time right when they are reached", () => {
    for (const by of [-1600, 1600]) {
      const queue = new SampleQueue();
      queue.push({ at: 0, samples: ones(16_000) });
      queue.push({ at: 16_000 + by, samples: ones(16_000) });
      expect([queue.length, queue.end]).toEqual([32_000, 32_000 + by]);
      expect(queue.take(10_000).at).toBe(0);
      expect(queue.take(10_000).at).toBe(10_000);
      expect(queue.at).toBe(20_000 + by);
    }
  });
});
