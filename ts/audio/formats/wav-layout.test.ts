import { describe, expect, test } from "bun:test";
import { AsrError } from "../../contract/errors.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { type WavParts, wavFile } from "../../testing/wav-writer.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { type ByteSource, bytesAsSource } from "./byte-source.ts";
import { isWav } from "./wav-format.ts";
import { readWavLayout, type WavLayout } from "./wav-layout.ts";
import { readWavSamples } from "./wav-samples.ts";

interface Heard extends WavLayout {
  /** As 16-bit numbers. */
  samples: number[];
}

async function hear(bytes: Uint8Array): Promise<Heard> {
  expect(isWav(bytes)).toBe(true);
  const layout = await readWavLayout(bytesAsSource(bytes), "x.wav");
  const samples = layout.parts.flatMap(({ format, offset, length }) => [
    ...readWavSamples(bytes.subarray(offset, offset + length), format),
  ]);
  return { ...layout, samples: samples.map((x) => x * 32768) };
}

function int16(...values: number[]): Uint8Array {
  return new Uint8Array(new Int16Array(values).buffer);
}

/** Numbers from `first` on: bytes that are no names of chunks. */
function run(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

function joined(...files: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(files));
}

/** One of 128 kbit/s and 44.1 kHz. */
const mpegFrame = new Uint8Array(417).fill(0x55);
mpegFrame.set([0xff, 0xfb, 0x90, 0x44]);

const note = { id: "LIST", body: new Uint8Array(26).fill(0x61) };

describe("what is right is heard without a word:", () => {
  const values = [1, 2, 3, 4];
  const cases: [string, Partial<WavParts>][] = [
    ["plain", {}],
    ["RF64", { rf64: true }],
    ["unknown sizes, all ones", { riffSize: 0xffffffff, dataSize: 0xffffffff }],
    ["unknown sizes, the largest signed", { riffSize: 0x7fffffff, dataSize: 0x7fffffdb }],
    ["unknown sizes, zero", { riffSize: 0, dataSize: 0 }],
    ["sizes of a file that had no samples yet", { riffSize: 36, dataSize: 0 }],
    ["a chunk of odd length", { chunks: [{ id: "junk", body: new Uint8Array(3) }] }],
    [
      "an odd chunk without padding",
      { chunks: [{ id: "junk", body: new Uint8Array(3), padded: false }] },
    ],
    ["half a frame at the end", { data: new Uint8Array([...int16(...values), 9]) }],
    ["WAVE_FORMAT_EXTENSIBLE", { extensible: true }],
    ["a chunk behind the samples", { after: [note] }],
    ["a chunk of its own name behind them", { after: [{ ...note, id: "xYz1" }] }],
  ];
  test.each(cases)("%s", async (_, parts) => {
    const heard = await hear(wavFile({ data: int16(...values), ...parts }));
    expect(heard).toMatchObject({ samples: values, losses: [], notes: [] });
  });

  test("a file with no samples has none", async () => {
    const heard = await hear(wavFile({ data: new Uint8Array(0) }));
    expect(heard).toMatchObject({ samples: [], losses: [], notes: [] });
  });

  test("a few bytes of filling behind the samples are none", async () => {
    const filled = joined(wavFile({ data: int16(...values) }), new Uint8Array(20));
    expect(await hear(filled)).toMatchObject({ samples: values, losses: [], notes: [] });
  });
});

describe("a header that lies does not hide samples:", () => {
  // 0.25 s: long enough to be no filling.
  const values = run(-2000, 4000);
  const data = int16(...values);
  const more = run(2000, 4000);
  const both = int16(...values, ...more);
  const cases: [string, Uint8Array, number[], string][] = [
    [
      "a size of 0 where RIFF says more",
      wavFile({ data, dataSize: 0 }),
      values,
      "0 bytes of samples: 8,000",
    ],
    [
      "sizes that wrapped",
      wavFile({ data: both, dataSize: 8000, riffSize: 8036 }),
      [...values, ...more],
      "says 8,000 bytes of samples, 8,000 more follow",
    ],
    [
      "a size that is too large, in a file that is whole",
      wavFile({ data, dataSize: 9000, riffSize: 8036 }),
      values,
      "9,000 bytes of samples are promised, 8,000 are there, all of which",
    ],
    [
      "a size that counts the header",
      wavFile({ data, dataSize: 8044, riffSize: 8044 }),
      values,
      "8,044 bytes of samples are promised, 8,000",
    ],
    [
      "blocks of 1 byte",
      wavFile({ data, blockSize: 1 }),
      values,
      "block size of 1 (channels: 1, bits: 16): heard with 2",
    ],
    ["block size of 7", wavFile({ data, blockSize: 7 }), values, "block size of 7"],
    [
      "joined files",
      joined(wavFile({ data }), wavFile({ data: int16(...more) })),
      [...values, ...more],
      "2 recordings one behind the other",
    ],
    [
      "three, with chunks behind the samples",
      joined(...[0, 1, 2].map(() => wavFile({ data: int16(1, 2), after: [note] }))),
      [1, 2, 1, 2, 1, 2],
      "3 recordings",
    ],
    [
      "joined files of different codings",
      joined(wavFile({ data }), wavFile({ data: new Uint8Array([128, 192]), bits: 8 })),
      [...values, 0, 16384],
      "2 recordings",
    ],
  ];
  test.each(cases)("%s", async (_, bytes, samples, said) => {
    const heard = await hear(bytes);
    expect(heard.samples).toEqual(samples);
    expect(heard.losses).toEqual([]);
    expect(heard.notes).toHaveLength(1);
    expect(heard.notes[0]).toContain(said);
  });

  test("two chunks of samples", async () => {
    const second = { id: "data", body: int16(...more) };
    const heard = await hear(wavFile({ data, after: [note, second] }));
    expect(heard).toMatchObject({ samples: [...values, ...more], losses: [] });
  });

  test("samples before their format", async () => {
    const plain = wavFile({ data });
    const moved = joined(plain.slice(0, 12), plain.slice(36), plain.slice(12, 36));
    expect(await hear(moved)).toMatchObject({ samples: values, losses: [] });
  });

  test("a chunk before the samples that says it is longer than the file", async () => {
    const bytes = wavFile({ data, chunks: [note] });
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(40, 0x01000000, true);
    expect((await hear(bytes)).samples).toEqual(values);
  });

  test("no bits, where the block tells them", async () => {
    const heard = await hear(wavFile({ data, bits: 0, blockSize: 2 }));
    expect(heard).toMatchObject({ samples: values, losses: [], notes: [] });
  });
});

describe("what is missing is said in bytes:", () => {
  const data = int16(...run(0, 4000));
  const whole = wavFile({ data });
  const cases: [string, Uint8Array, number, string][] = [
    ["cut short", whole.slice(0, 5044), 2500, "8,000 bytes of samples are promised, 5,000 are"],
    [
      "cut short, RF64",
      wavFile({ data, rf64: true }).slice(0, 5080),
      2500,
      "8,000 bytes of samples are promised, 5,000 are",
    ],
    [
      "the second of two is cut",
      joined(whole, whole.slice(0, 5044)),
      6500,
      "8,000 bytes of samples are promised, 5,000 are",
    ],
    [
      "a file of another format behind it",
      joined(whole, new Uint8Array(Buffer.from("OggS\0\x02\0\0".padEnd(5000, "x")))),
      4000,
      "5,000 bytes in another format follow",
    ],
    [
      "frames of MP3 behind it",
      joined(whole, ...Array.from({ length: 20 }, () => mpegFrame)),
      4000,
      "8,340 bytes in another format follow",
    ],
    ["the second of two is no more than a header", joined(whole, whole.slice(0, 30)), 4000, "30 b"],
  ];
  test.each(cases)("%s", async (_, bytes, count, said) => {
    const heard = await hear(bytes);
    expect(heard.samples).toHaveLength(count);
    expect(heard.losses).toHaveLength(1);
    expect(heard.losses[0]).toContain(said);
  });
});

test("a compressed codec is left to ffmpeg", async () => {
  const bytes = wavFile({ data: new Uint8Array(64), tag: 0x55, bits: 0, blockSize: 1 });
  const { parts } = await readWavLayout(bytesAsSource(bytes), "x.wav");
  expect(parts).toMatchObject([{ format: { coding: undefined, tag: 0x55 }, length: 64 }]);
});

describe("refuses, by name", () => {
  const data = new Uint8Array(64);
  const good = wavFile({ data });
  const cases: [string, Uint8Array, string][] = [
    ["a cut header", good.slice(0, 20), "cut short"],
    ["a cut format", good.slice(0, 30), "cut short"],
    ["no samples", good.slice(0, 36), "before its samples"],
    ["no chunks", good.slice(0, 12), "before its samples"],
    ["zeros", joined(good.slice(0, 12), new Uint8Array(100)), "before its samples"],
  ];
  test.each(cases)("%s", async (_, bytes, why) => {
    await expectAsrError(() => hear(bytes), "input", "x.wav", why);
  });
});

describe("samples that cannot be read are left to ffmpeg, with an objection:", () => {
  const data = new Uint8Array(64);
  const good = wavFile({ data });
  const cases: [string, Uint8Array, string][] = [
    ["0 Hz", wavFile({ data, sampleRate: 0 }), "0 Hz"],
    ["0 channels", wavFile({ data, channels: 0 }), "0 channels"],
    ["256 channels", wavFile({ data, channels: 256 }), "256 channels"],
    ["no format", joined(good.slice(0, 12), good.slice(36)), "no format"],
  ];
  test.each(cases)("%s", async (_, bytes, why) => {
    const { objection } = await readWavLayout(bytesAsSource(bytes), "x.wav");
    expect(objection?.oneLine).toContain(`x.wav: not a readable WAV file:`);
    expect(objection?.oneLine).toContain(why);
  });
});

test("a header without samples is read in few, small reads, however long the file", async () => {
  const head = wavFile({ data: new Uint8Array(0) }).slice(0, 36);
  for (const fill of [new Uint8Array(4096), Buffer.from("LIST\x04\0\0\0aaaa".repeat(512))]) {
    let [reads, bytes] = [0, 0];
    const source: ByteSource = {
      length: 2 ** 33,
      read: async (at, length) => {
        reads++;
        bytes += length;
        const block = Buffer.concat([fill, fill]);
        const place =
          at < head.length ? 0 : (at - head.length) % (fill.length === 4096 ? 4096 : 12);
        return (at < head.length ? joined(head.slice(at), block) : block.subarray(place)).subarray(
          0,
          length,
        );
      },
    };
    await expectAsrError(() => readWavLayout(source, "x.wav"), "input", "before its samples");
    expect(reads).toBeLessThan(25_000);
    expect(bytes).toBeLessThan(1 << 19);
  }
});

test("20,000 mutants are read or refused, quickly and without great allocations", async () => {
  const random = seededRandom(5);
  const data = int16(...run(0, 320));
  const seeds = [
    wavFile({ data }),
    ...[8, 24, 32].map((bits) => wavFile({ data, bits })),
    wavFile({ data, tag: 3, bits: 64 }),
    wavFile({ data, tag: 7, bits: 8, channels: 8, extensible: true }),
    wavFile({ data, rf64: true }),
    wavFile({ data, dataSize: 0xffffffff, riffSize: 0xffffffff }),
    wavFile({ data, chunks: [{ id: "LIST", body: new Uint8Array(7) }] }),
    joined(wavFile({ data: data.slice(0, 8) }), wavFile({ data })),
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
      const { parts } = await readWavLayout(bytesAsSource(mutant), "x.wav");
      for (const { format, offset, length } of parts) {
        expect(offset + length).toBeLessThanOrEqual(mutant.length);
        if (format.coding !== undefined) {
          readWavSamples(mutant.subarray(offset, offset + length), format);
        }
      }
    } catch (error) {
      expect(error).toBeInstanceOf(AsrError);
    }
    slowest = Math.max(slowest, performance.now() - started);
  }
  // One mutant takes microseconds; the rest is room for a busy machine.
  expect(slowest).toBeLessThan(1000);
});
