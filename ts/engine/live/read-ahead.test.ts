import { describe, expect, test } from "bun:test";
import { type AudioStream, noRemarks, type Samples } from "../../audio/samples/recording.ts";
import { ReadAhead } from "./read-ahead.ts";

const second = 16_000;

function streamOf(blocks: AudioStream["blocks"]): AudioStream {
  return { name: "test", duration: undefined, blocks, remarks: noRemarks() };
}

/** Blocks of a second, each numbered. */
async function* seconds(count: number, given?: number[]): AudioStream["blocks"] {
  for (let index = 0; index < count; index++) {
    given?.push(index);
    yield { at: index * second, samples: new Float32Array(second).fill(index) };
  }
}

async function all(ahead: ReadAhead, step: number): Promise<Samples[]> {
  const parts: Samples[] = [];
  for (;;) {
    const part = await ahead.next(step, 10 * step);
    if (part === undefined) return parts;
    parts.push(part.samples);
  }
}

const options = { maxSeconds: 60, signal: undefined };

describe("reading ahead", () => {
  test("gives a fast source step by step", async () => {
    const ahead = new ReadAhead(streamOf(seconds(7)), options);
    const parts = await all(ahead, 2 * second);
    expect(parts.map(({ length }) => length / second)).toEqual([2, 2, 2, 1]);
    expect(parts.flatMap((part) => [...part.filter((_, at) => at % second === 0)])).toEqual([
      0, 1, 2, 3, 4, 5, 6,
    ]);
    expect(ahead.failure).toBeUndefined();
  });

  test("keeps a source waiting when enough is there", async () => {
    const given: number[] = [];
    const ahead = new ReadAhead(streamOf(seconds(500, given)), { ...options, maxSeconds: 10 });
    await ahead.next(second, second);
    await Bun.sleep(5);
    expect(given.length).toBeLessThan(20);
    ahead.close();
  });

  test("gives what gathered at once when the source keeps to the clock", async () => {
    async function* slow(): AudioStream["blocks"] {
      yield { at: 0, samples: new Float32Array(100) };
      await Bun.sleep(60);
      yield { at: 100, samples: new Float32Array(500) };
    }
    const ahead = new ReadAhead(streamOf(slow()), options);
    await Bun.sleep(100);
    expect((await ahead.next(100, 1000))?.samples.length).toBe(600);
  });

  test("gives what lies between two gaps apart, and waits for no more of it", async () => {
    async function* gaps(): AudioStream["blocks"] {
      yield { at: 0, samples: new Float32Array(second) };
      yield { at: 3600 * second, samples: new Float32Array(3 * second) };
      yield { at: 7200 * second, samples: new Float32Array(second) };
    }
    const ahead = new ReadAhead(streamOf(gaps()), options);
    const found: [number, number][] = [];
    for (let block = await ahead.next(2 * second, second); block !== undefined; ) {
      found.push([block.at / second, block.samples.length / second]);
      block = await ahead.next(2 * second, second);
    }
    expect(found).toEqual([
      [0, 1],
      [3600, 2],
      [3602, 1],
      [7200, 1],
    ]);
  });

  test("gives what came before a failure", async () => {
    async function* broken(): AudioStream["blocks"] {
      yield* seconds(3);
      throw new Error("unplugged");
    }
    const ahead = new ReadAhead(streamOf(broken()), options);
    expect((await all(ahead, 2 * second)).length).toBe(2);
    expect(ahead.failure).toEqual({ error: new Error("unplugged") });
  });

  test("ends at an abort, even when the source hangs", async () => {
    async function* hanging(): AudioStream["blocks"] {
      await new Promise(() => undefined);
      yield { at: 0, samples: new Float32Array(1) };
    }
    const abort = new AbortController();
    const ahead = new ReadAhead(streamOf(hanging()), { ...options, signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 5);
    await expect(ahead.next(second, second)).rejects.toThrow("enough");
    ahead.close();
  });
});
