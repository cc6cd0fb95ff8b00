import { describe, expect, test } from "bun:test";
import { expectAsrError } from "../testing/expect-error.ts";
import { wavFile } from "../testing/wav-writer.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { findFfmpeg } from "./ffmpeg/program.ts";
import { openAudio } from "./open.ts";
import { type AudioBlock, wholeRecording } from "./samples/recording.ts";

const random = seededRandom(21);

/** Channels of noise, smooth enough for any rate, as a WAV. */
function wavOf(channels: number, sampleRate: number, sound: (channel: number) => Float32Array) {
  const parts = Array.from({ length: channels }, (_, channel) => sound(channel));
  const data = new Int16Array(channels * parts[0]!.length);
  for (const [channel, part] of parts.entries()) {
    for (let i = 0; i < part.length; i++) data[i * channels + channel] = part[i]! * 32_768;
  }
  return wavFile({ data: new Uint8Array(data.buffer), channels, sampleRate });
}

function noise(length: number): Float32Array {
  let level = 0;
  return Float32Array.from({ length }, () => {
    level = 0.95 * level + 0.05 * (2 * random() - 1);
    return level;
  });
}

/** The WAV in another container, by ffmpeg. */
async function coded(wav: Uint8Array, ...options: string[]): Promise<Uint8Array> {
  const command = [await findFfmpeg(), "-v", "error", "-i", "pipe:0", ...options, "pipe:1"];
  const child = Bun.spawn(command, { stdin: wav, stderr: "inherit" });
  return await child.stdout.bytes();
}

async function heard(bytes: Uint8Array, channel?: "mix" | "left" | "right" | number) {
  return (await wholeRecording(await openAudio(bytes, { channel }))).samples;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(Math.abs(a.length - b.length)).toBeLessThanOrEqual(1);
  return a.slice(0, b.length).reduce((max, x, i) => Math.max(max, Math.abs(x - b[i]!)), 0);
}

describe("the mean of all channels, whatever their layout:", () => {
  const matroska = ["-c:a", "pcm_s16le", "-f", "matroska"];
  const ways: [string, (wav: Uint8Array, layout: string) => Promise<Uint8Array>][] = [
    ["WAV", async (wav) => wav],
    ["FLAC", (wav) => coded(wav, "-v", "fatal", "-c:a", "flac", "-f", "flac")],
    ["unlabelled Matroska", (wav) => coded(wav, ...matroska)],
    [
      "labelled",
      (wav, layout) => coded(wav, "-af", `aformat=channel_layouts=${layout}`, ...matroska),
    ],
  ];
  const layouts: [number, string][] = [
    [2, "stereo"],
    [3, "2.1"],
    [4, "4.0"],
    [6, "5.1"],
    [8, "7.1"],
  ];

  describe.each(ways)("%s", (_, made) => {
    test.each(layouts)("of %d, %s", async (channels, layout) => {
      for (const rate of [16_000, 48_000]) {
        const parts = Array.from({ length: channels }, () => noise(rate / 2));
        const mean = parts[0]!.map((_, i) => parts.reduce((sum, p) => sum + p[i]!, 0) / channels);
        const wav = wavOf(channels, rate, (channel) => parts[channel]!);
        const one = await heard(wavOf(1, rate, () => mean));
        // Each channel was rounded to 16 bits, and so was their mean.
        expect(largestDifference(await heard(await made(wav, layout)), one)).toBeLessThan(5e-5);
      }
    });
  });
});

test("one of six channels that speaks is a sixth of itself, as at 16 kHz", async () => {
  const sound = noise(48_000);
  for (const speaking of [0, 2, 3, 5]) {
    const wav = wavOf(6, 48_000, (channel) =>
      channel === speaking ? sound : new Float32Array(sound.length),
    );
    const alone = await heard(wavOf(1, 48_000, () => sound));
    const sixth = alone.map((sample) => sample / 6);
    expect(largestDifference(await heard(wav), sixth)).toBeLessThan(1e-4);
    expect(largestDifference(await heard(wav, speaking + 1), alone)).toBeLessThan(1e-4);
  }
});

describe("opposite phase is heard as one channel, with a note:", () => {
  const sound = noise(32_000).map((sample) => 3 * sample);
  const opposed = wavOf(2, 16_000, (channel) => (channel === 0 ? sound : sound.map((x) => -x)));

  test.each<[string, () => Promise<Uint8Array>]>([
    ["WAV", async () => opposed],
    ["at 44.1 kHz", () => coded(opposed, "-ar", "44100", "-f", "wav")],
    ["FLAC", () => coded(opposed, "-f", "flac")],
    ["AAC", () => coded(opposed, "-c:a", "aac", "-b:a", "64k", "-f", "adts")],
  ])("%s", async (_, made) => {
    const stream = await openAudio(await made());
    const { samples } = await wholeRecording(stream);
    expect(stream.remarks.losses).toEqual([]);
    expect(stream.remarks.notes.length).toBe(1);
    expect(stream.remarks.notes[0]).toContain("channels 1 and 2 are in opposite phase");
    const [energy, all] = [samples, sound].map((x) => x.reduce((sum, s) => sum + s * s, 0));
    expect(energy! / all!).toBeGreaterThan(0.8);
  });
});

test("each channel is given on its own, at its own time", async () => {
  const sounds = [noise(20_000), noise(20_000), noise(20_000)];
  const wav = wavOf(3, 16_000, (channel) => sounds[channel]!);
  const blocks: AudioBlock[] = [];
  for await (const block of (await openAudio(wav, { channel: "each" })).blocks) blocks.push(block);
  for (const [index, sound] of sounds.entries()) {
    const own = blocks.filter(({ channel }) => channel === index + 1);
    expect(own.map(({ at }) => at)).toEqual([0, 8000, 16_000]);
    const samples = Float32Array.from(own.flatMap((block) => [...block.samples]));
    expect(largestDifference(samples, sound)).toBeLessThan(5e-5);
  }
});

test("a channel that is not there is told when blocks are asked for", async () => {
  const wav = wavOf(2, 48_000, () => noise(4800));
  await expectAsrError(
    () => heard(wav, 3),
    "input",
    "audio bytes: there is no channel 3; it has 2, counted from 1",
  );
  const one = wavOf(1, 16_000, () => noise(1600));
  await expectAsrError(() => heard(one, "right"), "input", "there is no right channel; it has 1");
  expect((await heard(one, "left")).length).toBe(1600);
});

test("more channels than can be resampled are refused, and heard at 16 kHz", async () => {
  const wav = (rate: number) => wavOf(65, rate, () => noise(rate / 100));
  await expectAsrError(() => heard(wav(48_000)), "input", "bring it to 16 kHz");
  expect((await heard(wav(16_000))).length).toBe(160);
});
