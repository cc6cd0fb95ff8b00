import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { speech } from "../testing/goldens.ts";
import { MadeAudio } from "../testing/made-audio.ts";
import { channelsWav } from "../testing/wav-writer.ts";
import { comparedChannels } from "./compared-channels.ts";

const rate = 16_000;
const files = new MadeAudio();
afterAll(() => files[Symbol.dispose]());

/** A WAV of these channels, 16 bits. */
async function wav(name: string, ...channels: Float32Array[]): Promise<string> {
  const path = join(files.folder, name);
  await Bun.write(path, channelsWav(...channels));
  return path;
}

const compared = (path: string, maxSeconds = 600) =>
  comparedChannels(path, "talk.wav", { maxSeconds });

const silence = (seconds: number) => new Float32Array(seconds * rate);
const joined = (...parts: Float32Array[]) =>
  Float32Array.from(parts.flatMap((part) => Array.from(part)));

const talk = speech(40 * rate);
const [one, two] = [talk.slice(0, 20 * rate), talk.slice(20 * rate)];

test.each<[string, Float32Array[], number, boolean]>([
  ["one channel", [one], 1, false],
  ["two voices", [one, two], 2, false],
  ["one voice and silence", [one, silence(20)], 2, false],
  ["silence", [silence(20), silence(20)], 2, false],
  ["one voice twice", [one, one], 2, true],
  ["one voice twice, once softly", [one, one.map((sample) => sample / 4)], 2, true],
  ["one voice three times", [one, one, one], 3, true],
  ["two voices, one of them twice", [one, two, two], 3, false],
  ["a ringing line, then two voices", [joined(one, one), joined(one, two)], 2, false],
])("%s", async (name, channels, count, areAlike) => {
  expect(await compared(await wav(`${name}.wav`, ...channels))).toEqual({
    channels: count,
    areAlike,
  });
});

test("is as far as it looks", async () => {
  const path = await wav("later.wav", joined(one, one), joined(one, two));
  expect(await compared(path, 18)).toEqual({ channels: 2, areAlike: true });
});

test("coded files are decoded, damaged ones as far as they can be", async () => {
  const path = await wav("two.wav", one, two);
  const flac = await files.make("two.flac", "-i", path);
  expect(await compared(flac)).toEqual({ channels: 2, areAlike: false });
  const bytes = await Bun.file(flac).bytes();
  const half = join(files.folder, "half.flac");
  await Bun.write(half, bytes.slice(0, bytes.length / 2));
  expect(await compared(half)).toEqual({ channels: 2, areAlike: false });
});

test("what is no recording is an error that has the given name", async () => {
  const path = join(files.folder, "no.wav");
  await Bun.write(path, "no sound at all");
  await expectAsrError(() => compared(path), "input", "talk.wav: ");
});

test("ends with its signal", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  const path = await wav("signal.wav", one, one);
  const work = comparedChannels(path, "talk.wav", { maxSeconds: 600, signal });
  expect(await work.catch((error: unknown) => error)).toBe(signal.reason);
});
