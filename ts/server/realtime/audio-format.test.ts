import { describe, expect, test } from "bun:test";
import { type AudioFormat, bytesOf, FormatDecoder } from "./audio-format.ts";

describe("plain samples", () => {
  const format: AudioFormat = { type: "audio/pcm", rate: 16_000 };
  const samples = Int16Array.of(0, 1, -1, 32_767, -32_768, 12_345);
  const bytes = new Uint8Array(samples.buffer);

  test.each([1, 2, 3, 5, 100])("may be cut after %d bytes", (part) => {
    const decoder = new FormatDecoder(format);
    const heard: number[] = [];
    for (let at = 0; at < bytes.length; at += part) {
      heard.push(...decoder.push(bytes.subarray(at, at + part)));
    }
    expect(heard).toEqual([...samples].map((value) => value / 2 ** 15));
    expect(bytesOf(Float32Array.from(heard))).toEqual(bytes);
  });

  test("that are too loud are cut", () => {
    const loud = new Int16Array(bytesOf(Float32Array.of(1.5, -1.5)).buffer);
    expect([...loud]).toEqual([32_767, -32_768]);
  });
});

test.each(["audio/pcmu", "audio/pcma"] as const)("%s has half the rate of models", (type) => {
  const decoder = new FormatDecoder({ type });
  const length = decoder.push(new Uint8Array(8000)).length + decoder.flush().length;
  expect(length).toBe(16_000);
});
