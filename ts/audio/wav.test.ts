import { describe, expect, test } from "bun:test";
import { AsrError } from "../contract/errors.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { tone, type WavParts, wavFile } from "../testing/wav-writer.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { isWav, readWavHeader, readWavSamples } from "./wav.ts";

const signal = tone(0.01);

function read(parts: WavParts): Float32Array {
  const bytes = wavFile(parts);
  expect(isWav(bytes)).toBe(true);
  const header = readWavHeader(bytes, "x.wav");
  expect(header.coding).toBeDefined();
  return readWavSamples(bytes, header);
}

/** The tone in each coding, with the error that its step size allows. */
const codings: [string, Partial<WavParts>, (x: number) => number[], number][] = [
  ["8-bit", { bits: 8 }, (x) => [Math.round(x * 128) + 128], 1 / 256],
  ["16-bit", { bits: 16 }, (x) => bytesOf(new Int16Array([Math.round(x * 32768)])), 1 / 65536],
  ["24-bit", { bits: 24 }, (x) => int(x, 24).slice(0, 3), 2 ** -24],
  ["20 bits in 24", { bits: 20 }, (x) => int(x, 24).slice(0, 3), 2 ** -24],
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
  test.each(codings)("%s", (_, parts, code, tolerance) => {
    for (const extensible of [false, true]) {
      const data = new Uint8Array([...signal].flatMap(code));
      const samples = read({ ...parts, data, extensible });
      expect(samples.length).toBe(signal.length);
      for (const [i, x] of samples.entries()) {
        expect(Math.abs(x - signal[i]!)).toBeLessThanOrEqual(tolerance);
      }
    }
  });

  test("A-law and µ-law by their published code points", () => {
    const aLaw = read({ data: new Uint8Array([0xd5, 0x55, 0xaa, 0x2a, 0x80]), tag: 6, bits: 8 });
    expect([...aLaw].map((x) => x * 32768)).toEqual([8, -8, 32256, -32256, 5504]);
    const muLaw = read({ data: new Uint8Array([0xff, 0x7f, 0x80, 0x00, 0xf0]), tag: 7, bits: 8 });
    expect([...muLaw].map((x) => x * 32768)).toEqual([0, 0, 32124, -32124, 120]);
  });

  test("the mean of 1 to 255 channels", () => {
    for (const channels of [1, 2, 3, 8, 255]) {
      const frame = Int16Array.from({ length: channels }, (_, i) => i * 100);
      const samples = read({ data: new Uint8Array(frame.buffer), channels });
      expect(samples[0]! * 32768).toBeCloseTo(((channels - 1) * 100) / 2, 3);
    }
  });

  const data = new Uint8Array(new Int16Array([1, 2, 3, 4]).buffer);
  const expected = [1, 2, 3, 4];
  const sizes: [string, Partial<WavParts>][] = [
    ["RF64", { rf64: true }],
    ["unknown sizes, all ones", { riffSize: 0xffffffff, dataSize: 0xffffffff }],
    ["unknown sizes, the largest signed", { riffSize: 0x7fffffff, dataSize: 0x7fffffdb }],
    ["unknown sizes, zero", { riffSize: 0, dataSize: 0 }],
    ["a chunk of odd length", { chunks: [{ id: "junk", body: new Uint8Array(3) }] }],
    [
      "an odd chunk without padding",
      { chunks: [{ id: "junk", body: new Uint8Array(3), padded: false }] },
    ],
    ["half a frame at the end", { data: new Uint8Array([...data, 9]) }],
  ];
  test.each(sizes)("%s", (_, parts) => {
    expect([...read({ data, ...parts })].map((x) => x * 32768)).toEqual(expected);
  });

  test("a file with no samples as one", () => {
    expect(read({ data: new Uint8Array(0) }).length).toBe(0);
  });
});

test("a compressed codec is left to ffmpeg", () => {
  const bytes = wavFile({ data: new Uint8Array(64), tag: 0x55, bits: 0, blockSize: 1 });
  expect(readWavHeader(bytes, "x.wav")).toMatchObject({ coding: undefined, tag: 0x55 });
});

describe("refuses, by name", () => {
  const data = new Uint8Array(64);
  const good = wavFile({ data });
  const cases: [string, Uint8Array, string][] = [
    ["a cut header", good.slice(0, 20), "cut short"],
    ["no chunks", good.slice(0, 12), "before its samples"],
    ["samples cut short", good.slice(0, 80), "64 bytes of samples are promised, 36"],
    ["a data size beyond the file", wavFile({ data, dataSize: 0x10000000 }), "are promised"],
    ["0 Hz", wavFile({ data, sampleRate: 0 }), "0 Hz"],
    ["0 channels", wavFile({ data, channels: 0 }), "0 channels"],
    ["blocks that do not fit", wavFile({ data, blockSize: 7 }), "contradicts"],
    ["zeros", new Uint8Array([...good.slice(0, 12), ...new Uint8Array(100)]), "before its samples"],
  ];
  test.each(cases)("%s", (_, bytes, why) =>
    expectAsrError(() => readWavHeader(bytes, "x.wav"), "input", "x.wav", why),
  );
});

test("20,000 mutants are read or refused, quickly and without great allocations", () => {
  const random = seededRandom(5);
  const data = new Uint8Array([...signal].flatMap((x) => int(x, 32)));
  const seeds = [
    ...codings.map(([, parts]) => wavFile({ data, ...parts })),
    wavFile({ data, tag: 6, bits: 8 }),
    wavFile({ data, tag: 7, bits: 8, channels: 8, extensible: true }),
    wavFile({ data, rf64: true }),
    wavFile({ data, dataSize: 0xffffffff, riffSize: 0xffffffff }),
    wavFile({ data, chunks: [{ id: "LIST", body: new Uint8Array(7) }] }),
  ];
  let slowest = 0;
  for (let round = 0; round < 20_000; round++) {
    const mutant = seeds[round % seeds.length]!.slice(
      0,
      random() < 0.2 ? random() * 100 : undefined,
    );
    for (let k = 0; k < 3; k++) mutant[Math.floor(random() * 80)] = Math.floor(random() * 256);
    const started = performance.now();
    try {
      const header = readWavHeader(mutant, "x.wav");
      if (header.coding !== undefined) {
        expect(readWavSamples(mutant, header).length).toBeLessThanOrEqual(mutant.length);
      }
    } catch (error) {
      expect(error).toBeInstanceOf(AsrError);
    }
    slowest = Math.max(slowest, performance.now() - started);
  }
  // One mutant takes microseconds; the rest is room for a busy machine.
  expect(slowest).toBeLessThan(200);
});
