import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expectAsrError } from "../testing/expect-error.ts";
import { difference } from "../testing/goldens.ts";
import { pcm16Wav, tone, wavFile } from "../testing/wav-writer.ts";
import { findFfmpeg } from "./ffmpeg/program.ts";
import { type AudioInput, classify } from "./input.ts";
import { loadAudio } from "./open.ts";

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-audio-"));
  // Where the machine has none, it is fetched now rather than inside a test.
  await findFfmpeg();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const signal = tone(0.5);
const wav = pcm16Wav(signal);
const percent = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");

/** Runs of equal tone: correlation of what was read with the tone it was made from. */
function likeness(samples: Float32Array): number {
  const length = Math.min(samples.length, signal.length);
  let [product, a, b] = [0, 0, 0];
  // The first and last 20 ms are the filter's.
  for (let i = 320; i < length - 320; i++) {
    product += samples[i]! * signal[i]!;
    a += samples[i]! ** 2;
    b += signal[i]! ** 2;
  }
  return product / Math.sqrt(a * b);
}

describe("every kind of input gives the same samples", () => {
  const inputs: [string, () => AudioInput][] = [
    ["a path", () => file("a.wav", wav)],
    ["a file: URL", () => pathToFileURL(file("a b%.wav", wav))],
    ["a file: URL as a text", () => pathToFileURL(file("a b%.wav", wav)).href],
    ["a data: URL", () => `data:audio/wav;base64,${Buffer.from(wav).toString("base64")}`],
    ["one in the alphabet of URLs", () => `data:;base64,${Buffer.from(wav).toString("base64url")}`],
    ["an encoded data: URL", () => new URL(`data:,${percent(wav)}`)],
    ["Bun.file", () => Bun.file(file("a.wav", wav))],
    ["a Blob", () => new Blob([wav])],
    ["a File", () => new File([wav], "a.wav")],
    ["a Uint8Array", () => wav],
    [
      "part of a larger buffer",
      () => new Uint8Array(Buffer.concat([wav.slice(0, 7), wav])).subarray(7),
    ],
    ["an ArrayBuffer", () => Uint8Array.from(wav).buffer],
    ["samples", () => ({ samples: signal, sampleRate: 16_000 })],
    [
      "interleaved samples",
      () => ({
        samples: Float32Array.from({ length: signal.length * 2 }, (_, i) => signal[i >> 1]!),
        sampleRate: 16_000,
        channels: 2,
      }),
    ],
  ];
  test.each(inputs)("%s", async (_, make) => {
    const { samples, duration } = await loadAudio(make());
    expect(duration).toBe(0.5);
    expect(difference(samples, signal)).toBeLessThanOrEqual(2 ** -15);
  });
});

describe("an input is classified once:", () => {
  const pipe = () => {
    const path = join(folder, "classified-pipe");
    Bun.spawnSync(["mkfifo", path]);
    return path;
  };
  const body = () => new Blob([wav]).stream();
  const samples = { samples: signal, sampleRate: 16_000 };
  const cases: [string, () => AudioInput, object][] = [
    ["a path", () => "a.wav", { kind: "path", path: "a.wav", isStream: false }],
    ["a pipe's path", pipe, { kind: "path", isStream: true }],
    ["Bun.file", () => Bun.file("a.wav"), { kind: "path", path: "a.wav", isStream: false }],
    ["a Blob", () => new Blob([wav]), { kind: "bytes", name: "audio bytes", isStream: false }],
    ["a File", () => new File([wav], "a.wav"), { kind: "bytes", name: "a.wav", isStream: false }],
    ["bytes", () => wav, { kind: "bytes", name: "audio bytes", isStream: false }],
    ["a stream", body, { kind: "bytes", name: "audio stream", isStream: true }],
    ["a Response", () => new Response(body()), { kind: "bytes", name: "response", isStream: true }],
    ["samples", () => samples, { kind: "pcm", encoding: "f32le", duration: 0.5, isStream: false }],
    [
      "plain samples",
      () => ({ stream: body(), sampleRate: 8000, channels: 2 }),
      { kind: "pcm", sampleRate: 8000, channels: 2, encoding: "s16le", isStream: true },
    ],
  ];
  test.each(cases)("%s", (_, make, expected) => {
    const { description, content } = classify(make());
    expect(description).toMatchObject(expected);
    // It can be sent to another thread, and a path has no bytes of its own.
    expect(structuredClone(description)).toEqual(description);
    expect(content === undefined).toBe(description.kind === "path");
  });
});

describe("a URL that is no recording of this machine:", () => {
  const long = `data:audio/mpeg;x=${"y".repeat(500)};base64,${"!".repeat(1e6)}`;
  const name = `x.wav?${"q".repeat(1e6)}`;
  test.each([
    ["https://x.org/a.mp3", "https://x.org/a.mp3: is not a file on this machine; download it"],
    [`https://x.org/${name}`, `…: is not a file on this machine`],
    ["file://server/a.wav", "file://server/a.wav: names no file of this machine: "],
    ["file:///a%2Fb.wav", "file:///a%2Fb.wav: names no file"],
    ["file:///none.wav", "/none.wav: no such file"],
    ["file:///caf%E9.wav", "/caf\ufffd.wav: no such file"],
    [long, "data:audio/mpeg: cannot be read: its base64 is damaged"],
    ["data:audio/wav;base64", "data:audio/wav: cannot be read: it has no comma"],
    ["data:,", "data: (0 bytes): is empty"],
    ["DATA:text/plain,Hello%20world", "data:text/plain (11 bytes): is text, not audio"],
  ])("%.40s", async (url, why) => {
    const error = await expectAsrError(() => loadAudio(url), "input", why);
    expect(error.message.length).toBeLessThan(300);
    await expectAsrError(() => loadAudio(new URL(url)), "input");
  });
});

describe("other rates and channels go through ffmpeg", () => {
  test.each([8000, 11_025, 22_050, 44_100, 48_000, 96_000])("WAV at %d Hz", async (rate) => {
    const { samples, duration } = await loadAudio(
      file("rate.wav", pcm16Wav(tone(0.5, rate), rate)),
    );
    expect(duration).toBeCloseTo(0.5, 2);
    expect(likeness(samples)).toBeGreaterThan(0.999);
  });

  test("samples at 44.1 kHz", async () => {
    const { samples } = await loadAudio({ samples: tone(0.5, 44_100), sampleRate: 44_100 });
    expect(likeness(samples)).toBeGreaterThan(0.999);
  });

  test("8 channels at 48 kHz", async () => {
    const frames = tone(0.5, 48_000);
    const data = Int16Array.from({ length: frames.length * 8 }, (_, i) => frames[i >> 3]! * 32_767);
    const bytes = wavFile({ data: new Uint8Array(data.buffer), channels: 8, sampleRate: 48_000 });
    const { samples } = await loadAudio(bytes);
    expect(likeness(samples)).toBeGreaterThan(0.999);
  });

  const formats: [string, string[]][] = [
    ["mp3", []],
    ["flac", []],
    ["ogg", []],
    ["m4a", []],
    ["webm", []],
    ["opus", []],
    ["mkv", []],
    ["aiff", []],
    ["wav", ["-c:a", "adpcm_ms"]],
  ];
  test.each(formats)("%s, as a file and as bytes", async (extension, options) => {
    const path = join(folder, `coded.${extension}`);
    const plain = file("plain.wav", wav);
    const command = [await findFfmpeg(), "-v", "error", "-y", "-i", plain, ...options, path];
    expect(Bun.spawnSync(command).exitCode).toBe(0);
    const fromFile = await loadAudio(path);
    expect(fromFile.duration).toBeCloseTo(0.5, 0);
    expect(rms(fromFile.samples)).toBeCloseTo(rms(signal), 1);
    const fromBytes = await loadAudio(await Bun.file(path).bytes());
    expect(difference(fromBytes.samples, fromFile.samples)).toBe(0);
  });
});

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}

test("a WAV that ffmpeg streams, with sizes unknown, is the file", async () => {
  const plain = file("plain.wav", wav);
  const command = [await findFfmpeg(), "-v", "error", "-i", plain, "-f", "wav", "-"];
  const streamed = new Uint8Array(Bun.spawnSync(command).stdout);
  expect(new DataView(streamed.buffer).getUint32(4, true)).toBe(0xffffffff);
  expect((await loadAudio(streamed)).samples).toEqual((await loadAudio(plain)).samples);
});

test("a named pipe is read to its end", async () => {
  const pipe = join(folder, "pipe");
  Bun.spawnSync(["mkfifo", pipe]);
  const writer = Bun.spawn(["sh", "-c", `cat "${file("plain.wav", wav)}" > "${pipe}"`]);
  expect((await loadAudio(pipe)).samples.length).toBe(signal.length);
  expect(await writer.exited).toBe(0);
});

test("only a peak above 1 is scaled", async () => {
  const loud = Float32Array.from(signal, (x) => x * 1e30);
  const { samples } = await loadAudio({ samples: loud, sampleRate: 16_000 });
  expect(Math.max(...samples)).toBeCloseTo(1, 6);
  const quiet = Float32Array.from(signal, (x) => x * 1e-3);
  expect((await loadAudio({ samples: quiet, sampleRate: 16_000 })).samples).toEqual(quiet);
});

describe("refuses, by name", () => {
  const spoilt = (value: number) => {
    const samples = signal.slice();
    samples[123] = value;
    return samples;
  };
  const floatWav = (samples: Float32Array<ArrayBuffer>) =>
    wavFile({ data: new Uint8Array(samples.buffer), tag: 3, bits: 32 });
  const cases: [string, () => AudioInput, ...string[]][] = [
    ["no file", () => join(folder, "none.wav"), "none.wav", "no such file"],
    ["a folder", () => folder, folder, "is a folder"],
    ["an empty file", () => file("empty.wav", ""), "empty.wav", "is empty"],
    ["text", () => file("text.mp3", "hello ".repeat(200)), "text.mp3", "is text"],
    ["text as bytes", () => new TextEncoder().encode("hello"), "is text"],
    ["a playlist", () => file("list.m3u8", "#EXTM3U\n/etc/passwd\n"), "is a playlist"],
    ["noise", () => file("noise.mp3", Buffer.alloc(4096, 0xfe)), "noise.mp3", "is no audio"],
    ["a WAV cut in its header", () => file("cut.wav", wav.slice(0, 30)), "cut.wav", "cut short"],
    ["a WAV without samples", () => wavFile({ data: new Uint8Array(0) }), "no samples"],
    [
      "a WAV of an unknown codec",
      () => file("odd.wav", wavFile({ data: new Uint8Array(640), tag: 0x4321, bits: 4 })),
      "odd.wav",
      "has sound that this ffmpeg cannot decode",
    ],
    [
      "NaN in a WAV",
      () => file("nan.wav", floatWav(spoilt(Number.NaN))),
      "nan.wav",
      "sample 123 is NaN",
    ],
    ["an infinite sample", () => floatWav(spoilt(-Infinity)), "sample 123 is -Infinity"],
    ["NaN in samples", () => ({ samples: spoilt(Number.NaN), sampleRate: 44_100 }), "sample 123"],
    ["no samples", () => ({ samples: new Float32Array(0), sampleRate: 16_000 }), "no samples"],
    ["0 Hz", () => ({ samples: signal, sampleRate: 0 }), "0 Hz"],
    [
      "half a channel",
      () => ({ samples: signal.slice(1), sampleRate: 16_000, channels: 2 }),
      "channels",
    ],
    ["a URL of the web", () => new URL("https://example.com/a.wav"), "download it first"],
  ];
  test.each(cases)("%s", async (_, make, ...texts) => {
    await expectAsrError(() => loadAudio(make()), "input", ...texts);
  });

  test("values that are no audio at all", async () => {
    for (const value of [new Float32Array(9), null, undefined, 7, {}]) {
      const input: unknown = value;
      await expectAsrError(() => loadAudio(input as AudioInput), "input", "not a kind of audio");
    }
  });
});

describe("ffmpeg", () => {
  async function withFfmpeg(path: string, action: () => Promise<unknown>): Promise<void> {
    const before = process.env["FFMPEG"];
    process.env["FFMPEG"] = path;
    try {
      await action();
    } finally {
      if (before === undefined) delete process.env["FFMPEG"];
      else process.env["FFMPEG"] = before;
    }
  }

  const coded = () => file("coded.bin", Buffer.alloc(2048, 0xfe));

  test("that is absent is named", () =>
    withFfmpeg("/nonexistent/ffmpeg", () =>
      expectAsrError(() => loadAudio(coded()), "native", "FFMPEG=/nonexistent/ffmpeg"),
    ));

  test("that fails is quoted", async () => {
    const script = file("ffmpeg-fails", "#!/bin/sh\necho 'it is broken' >&2\nexit 3\n");
    Bun.spawnSync(["chmod", "+x", script]);
    await withFfmpeg(script, () =>
      expectAsrError(() => loadAudio(coded()), "input", "coded.bin", "it is broken"),
    );
  });

  test("gets odd file names as names", async () => {
    for (const name of ["-i", "$(touch x)", "a\nb", "concat:a|b", "http:x", "%d.mp3", "é 東"]) {
      mkdirSync(join(folder, "odd"), { recursive: true });
      const path = join(folder, "odd", name);
      writeFileSync(path, pcm16Wav(tone(0.1, 8000), 8000));
      expect((await loadAudio(path)).duration).toBeCloseTo(0.1, 2);
    }
    expect(readdirSync(join(folder, "odd"))).not.toContain("x");
  });

  test("leaves no temporary file", async () => {
    const mine = `-${process.pid}-`;
    const count = () => readdirSync(tmpdir()).filter((name) => name.includes(mine)).length;
    const before = count();
    await loadAudio(pcm16Wav(tone(0.1, 8000), 8000));
    await loadAudio(new Uint8Array(2048).fill(0xfe)).catch(() => undefined);
    expect(count()).toBe(before);
  });
});
