import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../../testing/expect-error.ts";
import { pcm16Wav, tone, wavFile } from "../../testing/wav-writer.ts";
import { openFile } from "./file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-wav-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, ...parts: Uint8Array[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

/** A file, heard to its end. */
async function hear(path: string) {
  const { blocks, remarks, duration } = await openFile(path, "x.wav");
  let samples = 0;
  for await (const block of blocks) samples += block.samples.length;
  return { seconds: samples / 16_000, duration, ...remarks };
}

describe("at 16 and at 44.1 kHz alike,", () => {
  describe.each([16_000, 44_100])("%d Hz:", (rate) => {
    const second = pcm16Wav(tone(1, rate), rate);

    test("a file that is cut is heard as far as it goes, with a loss", async () => {
      const heard = await hear(file("cut.wav", second.subarray(0, 44 + rate)));
      expect(heard.seconds).toBeCloseTo(0.5, 2);
      expect(heard.duration).toBeCloseTo(0.5, 5);
      const bytes = (n: number) => n.toLocaleString("en");
      const said = `${bytes(2 * rate)} bytes of samples are promised, ${bytes(rate)} are there`;
      expect(heard.losses).toEqual([`it is cut short: ${said}`]);
    });

    test("joined files are heard to the end, with a note", async () => {
      const heard = await hear(file("joined.wav", second, pcm16Wav(tone(0.5, 8000), 8000)));
      expect(heard.seconds).toBeCloseTo(1.5, 2);
      expect(heard.duration).toBeCloseTo(1.5, 5);
      expect(heard).toMatchObject({
        losses: [],
        notes: ["2 recordings one behind the other: all are heard"],
      });
    });
  });
});

test("samples that only ffmpeg can make sense of are heard by ffmpeg", async () => {
  const data = BigInt64Array.from(tone(0.5), (x) => BigInt(Math.round(x * 2 ** 62)));
  const wide = wavFile({ data: new Uint8Array(data.buffer), bits: 64 });
  expect(await hear(file("wide.wav", wide))).toMatchObject({ seconds: 0.5, losses: [] });
});

describe("a file that is not left alone:", () => {
  const seconds = (count: number) => pcm16Wav(new Float32Array(count * 16_000).fill(0.5));

  test("another one at its path while it is read is not heard", async () => {
    const path = file("long.wav", seconds(100));
    const { blocks, remarks } = await openFile(path, "x.wav");
    expect((await blocks.next()).value?.samples[0]).toBeCloseTo(0.5, 3);
    renameSync(file("other.wav", pcm16Wav(new Float32Array(1_600_000).fill(-0.5))), path);
    let heard = 0;
    for await (const { samples } of blocks) {
      expect(samples.every((x) => x > 0)).toBe(true);
      heard += samples.length;
    }
    expect(heard).toBeGreaterThan(1_000_000);
    expect(remarks.losses).toEqual([]);
  });

  test("another one at its path before it is read is refused", async () => {
    const path = file("first.wav", seconds(2));
    const { blocks } = await openFile(path, "x.wav");
    renameSync(file("second.wav", seconds(1)), path);
    await expectAsrError(() => blocks.next(), "input", "x.wav: was replaced while it was read");
  });

  test("one that grows is heard as long as it was, with a loss", async () => {
    const path = file("grows.wav", seconds(2));
    const { blocks, remarks } = await openFile(path, "x.wav");
    appendFileSync(path, new Uint8Array(32_000));
    let heard = 0;
    for await (const { samples } of blocks) heard += samples.length;
    expect(heard).toBe(32_000);
    expect(remarks.losses).toEqual(["it was written to while it was read"]);
  });

  test("one that becomes shorter is an error", async () => {
    const path = file("shrinks.wav", seconds(2));
    const { blocks } = await openFile(path, "x.wav");
    writeFileSync(path, seconds(1));
    await expectAsrError(() => blocks.next(), "input", "x.wav: became shorter");
  });
});
