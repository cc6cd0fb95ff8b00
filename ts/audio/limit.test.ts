import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childrenOf } from "../../reliability/children.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { until } from "../testing/until.ts";
import { pcm16Wav, tone } from "../testing/wav-writer.ts";
import { findFfmpeg } from "./ffmpeg/program.ts";
import { temporaryName } from "./files/temporary.ts";
import type { AudioInput } from "./input.ts";
import { openAudio } from "./open.ts";

/** Half an hour of silence in a few hundred kilobytes. */
async function small(): Promise<Uint8Array> {
  const silence = ["-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono:d=1800"];
  const command = [await findFfmpeg(), "-v", "error", ...silence, "-f", "flac", "-"];
  return new Uint8Array(Bun.spawnSync(command).stdout);
}

/** Three seconds. */
async function short(): Promise<Uint8Array> {
  const tones = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=16000:duration=3"];
  const command = [await findFfmpeg(), "-v", "error", ...tones, "-f", "flac", "-"];
  return new Uint8Array(Bun.spawnSync(command).stdout);
}

/** A FLAC file with so many samples by its header. */
function saying(samples: number, bytes: Uint8Array): Uint8Array {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(22, samples);
  return bytes;
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield new Uint8Array(32_000);
}

/** Seconds that were heard before the error, if there was one. */
async function hear(input: AudioInput, maxSeconds: number, live = false): Promise<number> {
  const { blocks } = await openAudio(input, { maxSeconds, live });
  let seconds = 0;
  for await (const { at, samples } of blocks) seconds = (at + samples.length) / 16_000;
  return seconds;
}

describe("a limit is held while decoding:", () => {
  const said = "is longer than 10 s, the longest that is allowed";

  test("a small file that becomes half an hour", async () => {
    const bytes = await small();
    expect(bytes.length).toBeLessThan(400_000);
    const started = performance.now();
    const error = await expectAsrError(() => hear(bytes, 10), "input", said, "maxSeconds");
    expect(error.reason).toBe("too long");
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test("one that says that it is longer is refused before any of it is heard", async () => {
    let heard = 0;
    const { blocks } = await openAudio(saying(8000 * 1800, await small()), { maxSeconds: 1200 });
    const read = async () => {
      for await (const { samples } of blocks) heard += samples.length;
    };
    await expectAsrError(read, "input", "is longer than 1200 s");
    expect(heard).toBe(0);
  });

  test.skipIf(process.platform !== "linux")("one that is counted can be given up", async () => {
    const path = join(tmpdir(), `${temporaryName()}.flac`);
    await Bun.write(path, saying(8000 * 80_000, await small()));
    const leaving = new AbortController();
    const { blocks } = await openAudio(path, { maxSeconds: 72_000, signal: leaving.signal });
    const first = blocks.next();
    await until(() => childrenOf(process.pid).length === 2);
    leaving.abort(new Error("left"));
    await expect(first).rejects.toThrow("left");
    expect(childrenOf(process.pid)).toEqual([]);
    rmSync(path);
  });

  test("one that says so and is not is heard", async () => {
    const { blocks } = await openAudio(saying(16_000 * 3600, await short()), { maxSeconds: 10 });
    let heard = 0;
    for await (const { samples } of blocks) heard += samples.length;
    expect(heard).toBe(3 * 16_000);
  });

  test("a stream without an end", async () => {
    const stream = { stream: endless(), sampleRate: 16_000 };
    await expectAsrError(() => hear(stream, 10, true), "input", said);
  });

  test("one second more or less", async () => {
    const wav = pcm16Wav(tone(10));
    expect(await hear(wav, 10)).toBe(10);
    expect(await hear(wav, 11)).toBe(10);
    await expectAsrError(() => hear(wav, 9), "input", "longer than 9 s");
  });
});
