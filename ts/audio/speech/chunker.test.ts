import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../wer/seeded-random.ts";
import { openAudio } from "../open.ts";
import { type AudioStream, noRemarks, type Samples } from "../samples/recording.ts";
import { ChunkStream } from "./chunk-stream.ts";
import { type AudioChunk, type ChunkOptions, halves } from "./chunker.ts";
import { quietestCut, speechSpans } from "./vad.ts";

const rate = 16_000;
const random = seededRandom(3);

/** Loud noise where a second is in a span, quiet noise elsewhere. */
function sound(seconds: number, spans: readonly (readonly [number, number])[]): Samples {
  return Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => {
    const loud = spans.some(([start, end]) => i >= start * rate && i < end * rate);
    return (2 * random() - 1) * (loud ? 0.3 : 1e-3);
  });
}

async function cut(samples: Samples, options: Partial<ChunkOptions>): Promise<AudioChunk[]> {
  const stream = await openAudio({ samples, sampleRate: rate });
  const never = Number.POSITIVE_INFINITY;
  return await Array.fromAsync(
    new ChunkStream(stream, { chunkSeconds: 30, pauseSeconds: never, ...options }),
  );
}

describe("a recording is cut", () => {
  test("not at all when it is short", async () => {
    const samples = sound(34, [[0, 34]]);
    const [chunk, ...others] = await cut(samples, {});
    expect(others).toEqual([]);
    expect(chunk?.samples).toEqual(samples);
  });

  test("in the pause nearest to the aim, in its middle", async () => {
    const spans = [0, 9, 18, 27.5, 36, 45, 54].map((start) => [start, start + 8.5] as const);
    const chunks = await cut(sound(61, spans), {});
    expect(chunks[0]?.end).toBeCloseTo(27, 0);
    expect(chunks.length).toBe(2);
    const [first, second] = chunks;
    expect(second?.start).toBe(first?.end ?? -1);
  });

  test("without losing or moving a sample", async () => {
    for (const chunkSeconds of [1, 3, 7.3]) {
      const samples = sound(25, [
        [1, 7],
        [7.2, 15],
        [16, 24.8],
      ]);
      const chunks = await cut(samples, { chunkSeconds });
      let at = 0;
      for (const { start, end, samples: part } of chunks) {
        expect(start * rate).toBeCloseTo(at, 3);
        const length = Math.round((end - start) * rate);
        expect(part.subarray(0, length)).toEqual(samples.subarray(at, at + length));
        at += length;
      }
      expect(at).toBe(samples.length);
    }
  });

  test("at pauses, which are left out", async () => {
    const spans = [
      [3, 5],
      [5.5, 8],
      [12, 13],
    ] as const;
    const chunks = await cut(sound(20, spans), { pauseSeconds: 2 });
    expect(chunks.length).toBe(2);
    expect(chunks[0]?.start).toBeCloseTo(2.65, 1);
    expect(chunks[0]?.end).toBeCloseTo(8.35, 1);
    expect(chunks[1]?.start).toBeCloseTo(11.65, 1);
    expect(chunks[1]?.speech.length).toBe(1);
  });

  test("into nothing when it is silence that is left out", async () => {
    expect(await cut(new Float32Array(rate * 100), { pauseSeconds: 2 })).toEqual([]);
  });

  test("with a short end filled up", async () => {
    const chunks = await cut(sound(8.2, [[0, 8.2]]), { chunkSeconds: 2, pauseSeconds: 60 });
    for (const { samples } of chunks) expect(samples.length).toBeGreaterThanOrEqual(rate / 2);
  });
});

test("only a chunk whose peak is above 1 is scaled", async () => {
  const samples = sound(20, [[0, 20]]).map((x, i) => (i < 10 * rate ? x : x * 10));
  const chunks = await cut(samples, { chunkSeconds: 5 });
  for (const { samples: part } of chunks) {
    expect(part.every((x) => Math.abs(x) <= 1)).toBe(true);
  }
  expect(chunks[0]?.samples[5]).toBe(samples[5]!);
});

test("halves meet in a pause of the middle", async () => {
  const [chunk] = await cut(
    sound(10, [
      [0, 4.2],
      [5, 10],
    ]),
    {},
  );
  const [first, second] = halves(chunk!);
  expect(first?.end).toBeCloseTo(4.6, 1);
  expect(second?.start).toBe(first?.end ?? -1);
  expect(second?.end).toBeCloseTo(10, 6);
});

describe("speech", () => {
  test("is found between pauses of a fifth of a second and more", () => {
    const spans = speechSpans(
      sound(6, [
        [1, 2],
        [2.1, 3],
        [3.4, 5],
      ]),
    );
    expect(spans.map(({ start }) => start)).toEqual([
      expect.closeTo(0.95, 1),
      expect.closeTo(3.35, 1),
    ]);
    expect(spans.map(({ end }) => end)).toEqual([expect.closeTo(3.05, 1), expect.closeTo(5.05, 1)]);
  });

  test("is all of a sound without pauses, and nothing of silence", () => {
    expect(speechSpans(sound(3, [[0, 3]]))).toEqual([{ start: 0, end: 3 }]);
    expect(speechSpans(new Float32Array(rate))).toEqual([]);
    expect(speechSpans(new Float32Array(0))).toEqual([]);
  });
});

test("the quietest place of two equal ones is the longer", () => {
  const samples = sound(10, [
    [0, 3],
    [3.2, 6],
    [6.8, 10],
  ]);
  expect(quietestCut(samples, rate, 9 * rate) / rate).toBeCloseTo(6.4, 1);
});

describe("gaps", () => {
  /** Chunks of parts that begin at these seconds. */
  async function chunksOf(...parts: [at: number, seconds: number][]): Promise<AudioChunk[]> {
    async function* blocks(): AudioStream["blocks"] {
      for (const [at, seconds] of parts) {
        yield { at: at * rate, samples: sound(seconds, [[0, seconds]]) };
      }
    }
    const stream = { name: "test", duration: undefined, blocks: blocks(), remarks: noRemarks() };
    const never = Number.POSITIVE_INFINITY;
    return await Array.fromAsync(
      new ChunkStream(stream, { chunkSeconds: 30, pauseSeconds: never }),
    );
  }

  test("that are long end a chunk, and are in none", async () => {
    const chunks = await chunksOf([4, 5], [3604, 3], [360_000, 40]);
    expect(chunks.map(({ start, end }) => [start, Math.round(end - start)])).toEqual([
      [4, 5],
      [3604, 3],
      [360_000, expect.any(Number)],
      [expect.any(Number), expect.any(Number)],
    ]);
    expect(chunks.at(-1)?.end).toBe(360_040);
    expect(chunks[1]?.speech[0]?.start).toBeCloseTo(3604, 1);
  });

  test("that are short are silence in a chunk", async () => {
    const [chunk, ...others] = await chunksOf([0, 5], [6.5, 5]);
    expect(others).toEqual([]);
    expect([chunk?.start, chunk?.end]).toEqual([0, 11.5]);
    expect(chunk?.speech.map(({ start }) => start)).toEqual([0, expect.closeTo(6.45, 1)]);
  });
});
