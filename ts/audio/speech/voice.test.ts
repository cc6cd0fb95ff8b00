import { describe, expect, test } from "bun:test";
import { demoSpeech, withPauses } from "../../testing/live.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { type Samples, sampleRate } from "../samples/recording.ts";
import { chunkAt } from "./chunker.ts";
import { voiceSeconds } from "./voice.ts";

const seconds = 30;
const random = seededRandom(4);
const noise = () => 2 * random() - 1;

/** Sound as a function of the time in seconds. */
function sound(at: (time: number) => number): Samples {
  return Float32Array.from({ length: seconds * sampleRate }, (_, index) => at(index / sampleRate));
}

const sine = (hertz: number, time: number) => Math.sin(2 * Math.PI * hertz * time);
/** A string of 220 Hz times a power of two to so many twelfths, that was struck before. */
const string = (twelfths: number, since: number) =>
  Math.exp(-5 * since) *
  [1, 2, 3, 4].reduce((sum, n) => sum + sine(220 * n * 2 ** (twelfths / 12), since) / n, 0);

const others: [string, (time: number) => number][] = [
  ["noise", () => 0.1 * noise()],
  ["hum", (time) => 0.1 * (sine(50, time) + sine(150, time) / 3)],
  ["a tone", (time) => 0.1 * sine(1000, time)],
  ["a siren", (time) => 0.1 * Math.sin(2 * Math.PI * 800 * time + 300 * sine(0.5, time))],
  ["waves of the sea", (time) => 0.1 * noise() * (0.55 + 0.45 * sine(0.15, time))],
  ["noise that beats as fast as syllables", (time) => 0.1 * noise() * (0.6 + 0.4 * sine(4, time))],
  ["beeps", (time) => (time % 0.25 < 0.12 ? 0.1 * sine(1000, time) : 0)],
  ["a telephone that rings", (time) => (time % 6 < 2 ? 0.1 * sine(440, time) : 0)],
  ["drums", (time) => 0.3 * Math.exp(-25 * (time % 0.5)) * noise()],
  [
    "drums and a bass",
    (time) => 0.2 * Math.exp(-30 * (time % 0.25)) * noise() + 0.2 * sine(80, time),
  ],
  ["a melody", (time) => 0.2 * string([0, 4, 7, 12, 9, 5][Math.floor(4 * time) % 6]!, time % 0.25)],
  ["a chord", (time) => 0.1 * (string(0, time % 2) + string(4, time % 2) + string(7, time % 2))],
  ["steps", (time) => 0.3 * Math.exp(-30 * (time % 0.55)) * noise() + 0.001 * noise()],
];

describe("voice is not heard in", () => {
  test.each(others)("%s", (_, at) => {
    expect(voiceSeconds(chunkAt({ at: 0, samples: sound(at) }))).toBe(0);
  });

  test("silence", () => {
    expect(voiceSeconds(chunkAt({ at: 0, samples: sound(() => 0) }))).toBe(0);
  });
});

describe("voice is heard in", () => {
  const speaker = async (...pauses: number[]) => {
    const speech = await demoSpeech();
    return withPauses(Array(pauses.length).fill(speech), ...pauses);
  };
  const heard = (samples: Samples) => {
    const chunk = chunkAt({ at: 3 * sampleRate, samples });
    const all = chunk.speech.reduce((sum, { start, end }) => sum + end - start, 0);
    return voiceSeconds(chunk) / all;
  };

  test("speech, with pauses of any length", async () => {
    expect(heard(await speaker(0.4, 0.9, 0.2, 1.3))).toBeGreaterThan(0.9);
    expect(heard(await speaker(4, 5, 3.5, 6))).toBeGreaterThan(0.5);
  });

  test("speech in noise, with an offset, at any level", async () => {
    const speech = await speaker(0.4, 0.9, 0.2, 1.3);
    expect(heard(speech.map((sample) => sample + 0.01 * noise()))).toBeGreaterThan(0.9);
    expect(heard(speech.map((sample) => sample + 0.1))).toBeGreaterThan(0.9);
    expect(heard(speech.map((sample) => 0.01 * sample))).toBeGreaterThan(0.9);
  });

  test("a long chunk without a long look at it", async () => {
    const long = await speaker(...Array.from({ length: 60 }, (_, index) => 0.2 + (index % 7) / 5));
    const started = performance.now();
    expect(heard(long)).toBeGreaterThan(0.5);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
