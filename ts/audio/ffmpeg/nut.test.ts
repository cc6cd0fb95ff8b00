import { expect, test } from "bun:test";
import { demoSample } from "../../native/locate.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { NutReader } from "./nut.ts";
import { findFfmpeg } from "./program.ts";

/** What ffmpeg writes of the demo's recording, so many channels, at 16 kHz. */
async function nutOf(channels: number): Promise<Uint8Array> {
  const output = ["-ac", String(channels), "-c:a", "pcm_f32le", "-f", "nut", "pipe:1"];
  const command = [await findFfmpeg(), "-v", "error", "-nostdin", "-i", demoSample, ...output];
  return new Uint8Array(Bun.spawnSync(command).stdout);
}

for (const channels of [1, 2, 6]) {
  test(`samples of ${channels} channels come as they are, however the bytes are cut`, async () => {
    const bytes = await nutOf(channels);
    for (const step of [bytes.length, 65_536, 4097, 100]) {
      const reader = new NutReader();
      let expected = 0;
      const parts: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += step) {
        for (const { pts, data } of reader.push(bytes.subarray(at, at + step))) {
          expect(pts).toBe(expected);
          expected += data.length / 4 / channels;
          parts.push(data.slice());
        }
      }
      expect(reader.stream).toEqual({ channels, timeBase: { numerator: 1, denominator: 16_000 } });
      expect(expected).toBe((164_760 - 44) / 2);
      const peak = new Float32Array(Buffer.concat(parts).buffer.slice(0, 4000 * channels));
      expect(peak.every((sample) => Math.abs(sample) <= 1)).toBe(true);
    }
  });
}

test("what is not NUT is refused", async () => {
  const reader = new NutReader();
  await expectAsrError(() => reader.push(new Uint8Array(100)), "internal", "cannot be read");
});
