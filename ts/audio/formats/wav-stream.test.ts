import { describe, expect, test } from "bun:test";
import { type WavParts, wavFile } from "../../testing/wav-writer.ts";
import { openEnded } from "./wav-stream.ts";

async function* inParts(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

const joined = (...files: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(files));
/** Bytes that are no names of chunks. */
const data = Uint8Array.from({ length: 4000 }, (_, i) => i % 31);
const more = Uint8Array.from({ length: 3000 }, (_, i) => i % 29);
const note = { id: "LIST", body: new Uint8Array(27).fill(0x61) };

const heardAs = (samples: Uint8Array, parts: Partial<WavParts> = {}): Uint8Array =>
  wavFile({ data: samples, riffSize: 0xffffffff, dataSize: 0xffffffff, ...parts });

describe("a WAV that comes is passed on with its samples alone:", () => {
  const cases: [string, Uint8Array, Uint8Array][] = [
    ["plain", wavFile({ data }), heardAs(data)],
    ["of unknown sizes", heardAs(data), heardAs(data)],
    ["of sizes 0", wavFile({ data, riffSize: 0, dataSize: 0 }), heardAs(data)],
    ["of sizes that are too small", wavFile({ data, dataSize: 400 }), heardAs(data)],
    ["with chunks around", wavFile({ data, chunks: [note], after: [note] }), heardAs(data)],
    ["RF64", wavFile({ data, rf64: true, after: [note] }), heardAs(data)],
    ["joined", joined(wavFile({ data }), wavFile({ data: more })), heardAs(joined(data, more))],
    ["extensible", wavFile({ data, extensible: true }), heardAs(data, { extensible: true })],
  ];
  test.each(cases)("%s", async (_, bytes, expected) => {
    for (const length of [1, 7, 100_000]) {
      const losses: string[] = [];
      const passed: Uint8Array[] = [];
      for await (const part of openEnded(inParts(bytes, length), losses)) passed.push(part);
      expect(joined(...passed)).toEqual(expected);
      expect(losses).toEqual([]);
    }
  });

  test("what is cut short is passed on as far as it goes, and is a loss", async () => {
    const losses: string[] = [];
    const passed: Uint8Array[] = [];
    const bytes = wavFile({ data }).slice(0, 1044);
    for await (const part of openEnded(inParts(bytes, 99), losses)) passed.push(part);
    expect(joined(...passed)).toEqual(heardAs(data.slice(0, 1000)));
    expect(losses).toEqual(["it is cut short: 4,000 bytes are promised, 1,000 are there"]);
  });

  test("a joined one of another format is a loss", async () => {
    const other = wavFile({ data: more, sampleRate: 8000 });
    const losses: string[] = [];
    const passed: Uint8Array[] = [];
    const bytes = joined(wavFile({ data }), other);
    for await (const part of openEnded(inParts(bytes, 99), losses)) passed.push(part);
    expect(joined(...passed)).toEqual(heardAs(data));
    expect(losses).toHaveLength(1);
  });
});

test("who stops reading lets go of the source", async () => {
  let isClosed = false;
  async function* source() {
    try {
      for (;;) yield wavFile({ data });
    } finally {
      isClosed = true;
    }
  }
  for await (const _ of openEnded(source(), [])) break;
  expect(isClosed).toBe(true);
});

test("other formats pass as they are, and so do a few bytes", async () => {
  for (const text of ["OggS and more of it", "RIFF", "", "RIFFxxxxAVI LIST and more"]) {
    const bytes = new TextEncoder().encode(text);
    const passed: Uint8Array[] = [];
    for await (const part of openEnded(inParts(bytes, 3), [])) passed.push(part);
    expect(joined(...passed)).toEqual(bytes);
  }
});
