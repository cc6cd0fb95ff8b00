import { describe, expect, test } from "bun:test";
import { expectAsrError } from "../../testing/expect-error.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { channelIndex } from "./choice.ts";
import { channelOf, type Frames, meanOf, Windows } from "./frames.ts";
import { Likeness } from "./likeness.ts";
import { Mixture } from "./mixture.ts";
import { Repeats } from "./repeats.ts";

const random = seededRandom(11);
const length = 8000;

/** Half a second of noise like speech, whose level is in dB of full scale. */
function voice(level = -20): Float32Array {
  const amplitude = 10 ** (level / 20) * Math.sqrt(3);
  return Float32Array.from({ length }, () => (2 * random() - 1) * amplitude);
}

function scaled(samples: Float32Array, factor: number): Float32Array {
  return samples.map((sample) => sample * factor);
}

function sum(...parts: Float32Array[]): Float32Array {
  return parts[0]!.map((_, i) => parts.reduce((total, part) => total + part[i]!, 0));
}

const silence = new Float32Array(length);

function frames(...channels: Float32Array[]): Frames {
  const samples = new Float32Array(channels.length * channels[0]!.length);
  for (const [index, channel] of channels.entries()) {
    for (let i = 0; i < channel.length; i++) samples[i * channels.length + index] = channel[i]!;
  }
  return { at: 0, channels: channels.length, samples };
}

const likeness = (...channels: Float32Array[]) => Likeness.of(frames(...channels));

/** What is heard in each of several windows. */
function mixed(...windows: Float32Array[][]): (readonly number[])[] {
  const mixture = new Mixture(windows[0]!.length);
  return windows.map((channels) => mixture.next(likeness(...channels)));
}

describe("windows", () => {
  test("do not depend on the blocks that frames come in", () => {
    const samples = Float32Array.from({ length: 70 }, (_, i) => i);
    for (const size of [1, 3, 10, 11, 35]) {
      const windows = new Windows(10);
      const cut: Frames[] = [];
      for (let at = 0; at < 35; at += size) {
        const block = samples.slice(2 * at, 2 * Math.min(35, at + size));
        cut.push(...windows.push({ at, channels: 2, samples: block }));
      }
      cut.push(...windows.end());
      expect(cut.map(({ at }) => at)).toEqual([0, 10, 20, 30]);
      expect(cut.flatMap((window) => [...window.samples])).toEqual([...samples]);
    }
  });

  test("end at gaps, at jumps back, and where the number of channels changes", () => {
    const windows = new Windows(10);
    const block = (at: number, channels = 2) => ({
      at,
      channels,
      samples: new Float32Array(4 * channels),
    });
    const cut = [block(0), block(4), block(100), block(103), block(107, 1)].flatMap((frames) => [
      ...windows.push(frames),
    ]);
    cut.push(...windows.end());
    const shape = cut.map(({ at, channels, samples }) => [at, samples.length / channels]);
    expect(shape).toEqual([
      [0, 8],
      [100, 4],
      [103, 4],
      [107, 4],
    ]);
  });
});

test("one channel, the mean of all, the mean of some", () => {
  const three = frames(Float32Array.of(1, 2), Float32Array.of(3, 5), Float32Array.of(8, 8));
  expect([...channelOf(three, 1)]).toEqual([3, 5]);
  expect([...meanOf(three)]).toEqual([4, 5]);
  expect([...meanOf(three, [0, 1])]).toEqual([2, 3.5]);
});

describe("a channel", () => {
  test("is named or counted from 1", () => {
    expect(channelIndex("left", 2, "a.wav")).toBe(0);
    expect(channelIndex("right", 2, "a.wav")).toBe(1);
    expect(channelIndex(6, 6, "a.wav")).toBe(5);
  });

  test.each([
    [3, 2, "a.wav: there is no channel 3; it has 2, counted from 1"],
    ["right", 1, "a.wav: there is no right channel; it has 1"],
  ] as const)(
    "%p of %d is an error that says how many there are",
    async (choice, channels, why) => {
      await expectAsrError(() => channelIndex(choice, channels, "a.wav"), "input", why);
    },
  );
});

describe("a mix", () => {
  const [a, b] = [voice(), voice()];

  test.each<[string, Float32Array[]]>([
    ["two equal channels", [a, a]],
    ["two voices", [a, b]],
    ["a silent channel", [a, silence]],
    ["a stereo picture", [sum(a, scaled(b, 0.5)), sum(a, scaled(b, -0.5))]],
    ["a wide one", [sum(a, scaled(b, 0.9)), sum(a, scaled(b, -0.9))]],
    ["six channels of which one speaks", [silence, silence, a, silence, silence, silence]],
    ["nothing at all", [silence, silence]],
  ])("of %s has all channels", (_, channels) => {
    const every = channels.map((_, index) => index);
    expect(mixed(channels, channels)).toEqual([every, every]);
  });

  test.each<[string, Float32Array[], number[]]>([
    ["opposite phase", [a, scaled(a, -1)], [0]],
    ["opposite phase, one channel louder", [scaled(a, 0.3), scaled(a, -1)], [1]],
    ["opposite phase and noise", [sum(a, voice(-32)), sum(scaled(a, -1), voice(-32))], [0]],
    ["two pairs", [a, scaled(a, -1), b, scaled(b, -1)], [0, 2]],
    ["an offset and hum in common", [sum(a, hum()), sum(scaled(a, -1), hum())], [0]],
  ])("leaves out what would cancel: %s", (_, channels, heard) => {
    expect(mixed(channels, channels)).toEqual([heard, heard]);
  });

  test("goes back and forth with the sound, not with each stretch of it", () => {
    const [stereo, opposed] = [
      [a, b],
      [b, scaled(b, -1)],
    ];
    expect(mixed(stereo, opposed, opposed, opposed, stereo, stereo)).toEqual([
      [0, 1],
      [0],
      [0],
      [0],
      [0, 1],
      [0, 1],
    ]);
    // What is between the two thresholds changes nothing.
    const between = [sum(a, scaled(b, 0.35)), sum(scaled(a, -1), scaled(b, 0.35))];
    expect(mixed(opposed, between, between, between)).toEqual([[0], [0], [0], [0]]);
    expect(mixed(stereo, between, between, between).at(-1)).toEqual([0, 1]);
  });

  test("holds in pauses, whatever their noise is", () => {
    const [noise, other] = [voice(-50), voice(-50)];
    expect(mixed([a, scaled(a, -1)], [noise, other], [noise, other])).toEqual([[0], [0], [0]]);
  });

  test("is not judged by what nobody hears", () => {
    const quiet = voice(-65);
    const pause = [quiet, scaled(quiet, -1)];
    expect(mixed([a, b], pause, pause, pause)).toEqual(Array(4).fill([0, 1]));
    // But a recording that is quiet as a whole is judged like all others.
    expect(mixed(pause)).toEqual([[0]]);
  });

  test("is a mix however the levels of two channels in opposite phase change", () => {
    const levels = [1, 1.3, 0.8, 1.2, 0.9].map((level) => [a, scaled(a, -level)]);
    expect(mixed(...levels)).toEqual(Array(5).fill([0]));
  });

  test("tells what it left out for a while", () => {
    const mixture = new Mixture(2);
    const opposed = likeness(a, scaled(a, -1));
    mixture.next(opposed);
    expect(mixture.leftOut).toEqual([]);
    mixture.next(opposed);
    expect(mixture.leftOut).toEqual([{ channel: 1, opposes: 0 }]);
  });
});

describe("a channel of its own", () => {
  const [a, b] = [voice(), voice()];
  const repeating = (...windows: Float32Array[][]) => {
    const repeats = new Repeats();
    const found = windows.map((channels) => [...repeats.next(likeness(...channels))]);
    return { found, whole: repeats.whole };
  };

  test.each<[string, Float32Array[], number[]]>([
    ["another voice", [a, b], []],
    ["the same voice over another", [a, sum(a, b)], []],
    ["silence", [a, silence], []],
    ["a copy", [a, a], [1]],
    ["a copy with other noise", [sum(a, voice(-45)), sum(a, voice(-45))], [1]],
    ["a softer copy", [a, scaled(a, 0.1)], [1]],
    ["a softer copy that comes first", [scaled(a, 0.1), a], [0]],
    ["a copy in opposite phase", [a, scaled(a, -1)], [1]],
    ["two pairs of copies", [a, b, a, b], [2, 3]],
    ["hum in common", [sum(scaled(a, 0.1), hum()), sum(scaled(b, 0.1), hum())], []],
  ])("%s", (_, channels, expected) => {
    expect(repeating(channels).found).toEqual([expected]);
  });

  test("may part from another, as when somebody answers", () => {
    const { found, whole } = repeating([a, a], [a, a], [a, b], [silence, b], [b, b]);
    expect(found).toEqual([[1], [1], [], [], [1]]);
    expect(whole).toEqual([]);
  });

  test("that has nothing of its own is told", () => {
    expect(repeating([a, a], [b, b], [silence, silence]).whole).toEqual([
      { channel: 1, repeats: 0 },
    ]);
  });

  test("does not begin to differ in a pause", () => {
    const pause = [voice(-62), voice(-62)];
    expect(repeating([a, a], pause, [a, a]).found).toEqual([[1], [1], [1]]);
  });
});

/** 50 Hz and an offset, both louder than a voice. */
function hum(): Float32Array {
  return Float32Array.from(
    { length },
    (_, i) => 0.2 + 0.3 * Math.sin((2 * Math.PI * 50 * i) / 16_000),
  );
}
