import { describe, expect, test } from "bun:test";
import { tone, type WavParts, wavFile } from "../../testing/wav-writer.ts";
import { bytesAsSource } from "./byte-source.ts";
import { readWavLayout } from "./wav-layout.ts";
import { readWavSamples } from "./wav-samples.ts";

const signal = tone(0.01);

async function read(parts: WavParts): Promise<Float32Array> {
  const bytes = wavFile(parts);
  const layout = await readWavLayout(bytesAsSource(bytes), "x.wav");
  expect(layout).toMatchObject({ losses: [], notes: [], parts: [{}] });
  const [{ format, offset, length } = { format: undefined }] = layout.parts;
  if (format === undefined) throw new Error("no samples");
  expect(format.coding).toBeDefined();
  return readWavSamples(bytes.subarray(offset, offset + length), format);
}

/** The tone in each coding, with the error that its step size allows. */
const codings: [string, Partial<WavParts>, (x: number) => number[], number][] = [
  ["8-bit", { bits: 8 }, (x) => [Math.round(x * 128) + 128], 1 / 256],
  ["16-bit", { bits: 16 }, (x) => bytesOf(new Int16Array([Math.round(x * 32768)])), 1 / 65536],
  ["24-bit", { bits: 24 }, (x) => int(x, 24).slice(0, 3), 2 ** -24],
  ["20 bits in 24", { bits: 20 }, (x) => int(x, 24).slice(0, 3), 2 ** -24],
  ["24 bits in 32", { bits: 24, blockSize: 4 }, (x) => int(x, 32), 2 ** -24],
  ["32-bit", { bits: 32 }, (x) => int(x, 32), 2 ** -24],
  ["float", { bits: 32, tag: 3 }, (x) => bytesOf(new Float32Array([x])), 0],
  ["double", { bits: 64, tag: 3 }, (x) => bytesOf(new Float64Array([x])), 0],
];

function int(x: number, bits: number): number[] {
  return bytesOf(new Int32Array([Math.round(x * 2 ** (bits - 1))]));
}

function bytesOf(view: ArrayBufferView): number[] {
  return [...new Uint8Array(view.buffer)];
}

describe("reads", () => {
  test.each(codings)("%s", async (_, parts, code, tolerance) => {
    for (const extensible of [false, true]) {
      const data = new Uint8Array([...signal].flatMap(code));
      const samples = await read({ ...parts, data, extensible });
      expect(samples.length).toBe(signal.length);
      for (const [i, x] of samples.entries()) {
        expect(Math.abs(x - signal[i]!)).toBeLessThanOrEqual(tolerance);
      }
    }
  });

  test("A-law and µ-law by their published code points", async () => {
    const aLaw = new Uint8Array([0xd5, 0x55, 0xaa, 0x2a, 0x80]);
    const fromALaw = await read({ data: aLaw, tag: 6, bits: 8 });
    expect([...fromALaw].map((x) => x * 32768)).toEqual([8, -8, 32256, -32256, 5504]);
    const muLaw = new Uint8Array([0xff, 0x7f, 0x80, 0x00, 0xf0]);
    const fromMuLaw = await read({ data: muLaw, tag: 7, bits: 8 });
    expect([...fromMuLaw].map((x) => x * 32768 + 0)).toEqual([0, 0, 32124, -32124, 120]);
  });

  test("1 to 255 channels, interleaved", async () => {
    for (const channels of [1, 2, 3, 8, 255]) {
      const frame = Int16Array.from({ length: channels }, (_, i) => i * 100);
      const samples = await read({ data: new Uint8Array(frame.buffer), channels });
      expect([...samples].map((x) => x * 32768)).toEqual([...frame]);
    }
  });
});
