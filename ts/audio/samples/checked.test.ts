import { describe, expect, test } from "bun:test";
import { expectAsrError } from "../../testing/expect-error.ts";
import { checked, type Range } from "./checked.ts";
import { type DecodedBlock, sampleRate } from "./recording.ts";

const ramp = (from: number, length: number) => Float32Array.from({ length }, (_, i) => from + i);

/** Blocks of a second, each sample its own place, from and to these seconds. */
async function* seconds(
  from: number,
  to: number,
  read: number[] = [],
): AsyncGenerator<DecodedBlock> {
  for (let second = from; second < to; second++) {
    read.push(second);
    yield { at: second * sampleRate, channels: 1, samples: ramp(second * sampleRate, sampleRate) };
  }
}

async function heard(blocks: AsyncIterable<DecodedBlock>, range?: Range) {
  const found = await Array.fromAsync(checked(blocks, "talk.ogg", range));
  for (const { at, samples } of found) expect(samples[0] ?? at).toBe(at);
  const last = found.at(-1);
  const end = last === undefined ? 0 : last.at + last.samples.length;
  return { start: found[0]?.at, end, blocks: found.length };
}

describe("a range", () => {
  test("is heard to the sample, and nothing is read behind it", async () => {
    const read: number[] = [];
    const range = { start: 1.25, end: 3.5 };
    expect(await heard(seconds(0, 10, read), range)).toEqual({
      start: 20_000,
      end: 56_000,
      blocks: 3,
    });
    expect(read).toEqual([0, 1, 2, 3]);
  });

  test("may end at the end of a block, or behind the recording", async () => {
    expect((await heard(seconds(0, 4), { start: 1, end: 2 })).end).toBe(2 * sampleRate);
    expect((await heard(seconds(0, 4), { start: 1, end: 9 })).end).toBe(4 * sampleRate);
  });

  test("may lie in a gap: then nothing is heard", async () => {
    async function* gap() {
      yield* seconds(0, 1);
      yield* seconds(3600, 3601);
    }
    const range = { start: 100, end: 200 };
    const none = { start: 200 * sampleRate, end: 200 * sampleRate, blocks: 1 };
    expect(await heard(gap(), range)).toEqual(none);
  });

  test("that begins behind the end is an error that tells the length", async () => {
    const range = { start: 60, end: 70 };
    const late = () => heard(seconds(0, 4), range);
    await expectAsrError(late, "input", "talk.ogg: ends at 4.00 s, before the start of 60 s");
    const unread = () => Array.fromAsync(checked(seconds(0, 0), "talk.ogg", range, () => 12));
    await expectAsrError(unread, "input", "talk.ogg: ends at 12.00 s, before the start of 60 s");
  });
});

test("what lies before zero is not heard", async () => {
  expect(await heard(seconds(-2, 2))).toEqual({ start: 0, end: 2 * sampleRate, blocks: 2 });
});

test("nothing at all, and no number, are errors", async () => {
  await expectAsrError(() => heard(seconds(0, 0)), "input", "talk.ogg: the audio has no samples");
  async function* broken() {
    yield { at: 16_000, channels: 1, samples: Float32Array.of(0, Number.NaN) };
  }
  await expectAsrError(() => heard(broken()), "input", "talk.ogg: sample 16001 is NaN");
});
