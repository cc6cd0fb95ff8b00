import { expect, test } from "bun:test";
import { keywordsIn } from "./desk.ts";
import { clockText } from "./dom.ts";
import { heightOf } from "./meter.ts";
import { pcm16 } from "./pcm16.ts";
import { Tape } from "./wav.ts";

test("keywords are parted by commas of all kinds, each once", () => {
  expect(keywordsIn(" Ada Lovelace, Qwen,,Qwen；小明、小红\n")).toEqual([
    "Ada Lovelace",
    "Qwen",
    "小明",
    "小红",
  ]);
  expect(keywordsIn("  ")).toEqual([]);
});

test("times are written as people write them", () => {
  expect([0, 7.9, 750, 3723].map(clockText)).toEqual(["0:00", "0:07", "12:30", "1:02:03"]);
});

test("the meter shows silence as nothing and the loudest sound in full", () => {
  expect(heightOf(0)).toBe(0);
  expect(heightOf(1)).toBe(1);
  expect(heightOf(0.1)).toBeCloseTo(1 - 20 / 54, 6);
});

test("samples become 16 bits, cut where they are too loud", () => {
  const bytes = pcm16(Float32Array.of(0, 1, -1, 2, -2, 0.5));
  const view = new DataView(bytes.buffer);
  const numbers = Array.from({ length: 6 }, (_, index) => view.getInt16(2 * index, true));
  expect(numbers).toEqual([0, 32767, -32768, 32767, -32768, 16384]);
});

test("what a microphone heard becomes a WAV, however it came", async () => {
  const tape = new Tape();
  const pieces = Array.from({ length: 400 }, (_, index) => new Uint8Array(3200).fill(index));
  for (const piece of pieces) tape.push(piece);
  const file = tape.file("Captions");
  expect([file.name, file.type]).toEqual(["Captions.wav", "audio/wav"]);
  const bytes = await file.bytes();
  expect(bytes.subarray(44)).toEqual(Uint8Array.from(pieces.flatMap((piece) => [...piece])));
  const view = new DataView(bytes.buffer);
  const text = (at: number) => new TextDecoder().decode(bytes.subarray(at, at + 4));
  expect([text(0), text(8), text(12), text(36)]).toEqual(["RIFF", "WAVE", "fmt ", "data"]);
  expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([1_280_036, 1_280_000]);
  expect([view.getUint16(22, true), view.getUint32(24, true)]).toEqual([1, 16_000]);
});
