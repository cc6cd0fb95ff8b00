import { expect, test } from "bun:test";
import { expectAsrError } from "../../testing/expect-error.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { earFor } from "./ear.ts";
import type { Frames } from "./frames.ts";

const rate = 16_000;
const random = seededRandom(5);

/** Seconds of noise like speech, half of the time. */
function voice(seconds: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: seconds * rate }, (_, i) =>
    i % rate < rate / 2 ? 0.2 * (2 * random() - 1) : 1e-4 * random(),
  );
}

function interleaved(...channels: Float32Array[]): Frames {
  const samples = new Float32Array(channels.length * channels[0]!.length);
  for (const [index, channel] of channels.entries()) {
    for (let i = 0; i < channel.length; i++) samples[i * channels.length + index] = channel[i]!;
  }
  return { at: 0, channels: channels.length, samples };
}

/** What is heard of channels that come in blocks of odd lengths, and what is said of it. */
function heard(choice: Parameters<typeof earFor>[0], ...channels: Float32Array[]) {
  const ear = earFor(choice, channels.length, "a.wav");
  const { samples } = interleaved(...channels);
  const given: Frames[] = [];
  const step = 1237;
  for (let at = 0; at < channels[0]!.length; at += step) {
    const part = samples.slice(at * channels.length, (at + step) * channels.length);
    given.push(...ear.push({ at, channels: channels.length, samples: part }));
  }
  given.push(...ear.end());
  let at = 0;
  for (const frames of given) {
    expect(frames.at).toBe(at);
    at += frames.samples.length / frames.channels;
  }
  expect(at).toBe(channels[0]!.length);
  const all = Float32Array.from(given.flatMap((frames) => [...frames.samples]));
  return { all, channels: given[0]!.channels, notes: ear.notes };
}

const [a, b] = [voice(3), voice(3)];

test("the mean is that of the samples, to the bit, whatever the blocks are", () => {
  const { all, channels, notes } = heard("mix", a, b);
  expect({ channels, notes }).toEqual({ channels: 1, notes: [] });
  expect(all).toEqual(a.map((sample, i) => (sample + b[i]!) / 2));
});

test("one channel is as it was, and one that is not there is an error", async () => {
  expect(heard("left", a, b).all).toEqual(a);
  expect(heard("right", a, b).all).toEqual(b);
  expect(heard(2, a, b).all).toEqual(b);
  expect(heard("mix", a).all).toEqual(a);
  await expectAsrError(() => heard(3, a, b), "input", "a.wav: there is no channel 3; it has 2");
});

test("of channels in opposite phase one is heard, from its first sample, and that is said", () => {
  const { all, notes } = heard(
    "mix",
    a,
    a.map((sample) => -sample),
  );
  expect(all).toEqual(a);
  expect(notes).toEqual([
    "channels 1 and 2 are in opposite phase and cancel each other out when they are mixed: " +
      "channel 1 is heard, without channel 2",
  ]);
});

test("each channel is as it was, but for what it repeats", () => {
  expect(heard("each", a, b).all).toEqual(interleaved(a, b).samples);
  const twice = heard("each", a, a);
  expect(twice.all).toEqual(interleaved(a, new Float32Array(a.length)).samples);
  expect(twice.notes).toEqual(["channel 2 repeats channel 1 and is not heard a second time"]);
});

test("a channel that repeats another for a while has its own background then", () => {
  const noise = Float32Array.from({ length: 3 * rate }, () => 1e-3 * (random() - 0.5));
  // It speaks first, then it is crosstalk of the other.
  const second = a.map((sample, i) => (i < rate ? b[i]! : 0.3 * sample) + noise[i]!);
  const { all, notes } = heard("each", a, second);
  const own = all.filter((_, index) => index % 2 === 1);
  expect(own.subarray(0, rate)).toEqual(second.subarray(0, rate));
  const rest = own.subarray(rate);
  expect(rest.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0)).toBeLessThan(1e-3);
  expect(rest.some((sample) => sample !== 0)).toBe(true);
  expect(notes).toEqual([]);
});

test("as many channels as nobody speaks into are not heard apart", async () => {
  const hear = () => earFor("each", 65, "talk.wav");
  await expectAsrError(hear, "input", "talk.wav: has 65 channels", "64 can be heard apart");
  expect(() => [earFor("each", 64, "talk.wav"), earFor("mix", 255, "talk.wav")]).not.toThrow();
});
