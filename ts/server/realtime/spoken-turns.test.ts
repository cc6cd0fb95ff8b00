import { beforeAll, describe, expect, test } from "bun:test";
import { type Samples, sampleRate } from "../../audio/samples/recording.ts";
import { demoSpeech, withPauses } from "../../testing/live.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { defaultServerVad, type SemanticVad, type ServerVad } from "./settings.ts";
import { SpokenTurns } from "./spoken-turns.ts";
import type { TurnPart } from "./turn-detector.ts";

/** A turn as it was told; times in seconds. */
interface Told {
  start: number;
  end?: number;
  isSpeech?: boolean;
  samples: number[];
}

/** What becomes of parts; samples belong to a turn alone. */
function turnsOf(parts: Iterable<TurnPart>, turns: Told[] = []): Told[] {
  for (const part of parts) {
    if (part.type === "begin") turns.push({ start: part.at / sampleRate, samples: [] });
    else if (part.type === "idle") turns.push({ start: part.start / sampleRate, samples: [] });
    else if (part.type === "audio") turns.at(-1)!.samples.push(...part.samples);
    else Object.assign(turns.at(-1)!, { end: part.at / sampleRate, isSpeech: part.isSpeech });
  }
  return turns;
}

function detect(samples: Samples, settings: Partial<ServerVad> = {}, block = 800): Told[] {
  const detector = new SpokenTurns({ ...defaultServerVad, ...settings }, 0, false);
  const turns: Told[] = [];
  for (let at = 0; at < samples.length; at += block) {
    turnsOf(detector.push(samples.slice(at, at + block)), turns);
  }
  return turns;
}

function noise(seconds: number, peak: number): Samples {
  const random = seededRandom(4);
  return Float32Array.from({ length: seconds * sampleRate }, () => (2 * random() - 1) * peak);
}

let sample: Samples;
/** Said at 1 s and again after two seconds of a pause. */
let twice: Samples;
let spoken: number;

beforeAll(async () => {
  sample = await demoSpeech();
  twice = withPauses([noise(1, 5e-4), sample, sample], 0, 2, 2);
  spoken = sample.length / sampleRate;
});

describe("turns", () => {
  test("begin and end where somebody speaks, and hold all of it", () => {
    const turns = detect(twice);
    expect(turns.map(({ isSpeech }) => isSpeech)).toEqual([true, true]);
    for (const [index, { start, end, samples }] of turns.entries()) {
      const at = 1 + index * (spoken + 2);
      // The demo's voice begins and ends with a third of a second of breath.
      expect(start).toBeWithin(at - 0.35, at + 0.35);
      expect(end).toBeWithin(at + spoken - 0.2, at + spoken + 0.6);
      const from = Math.round(start * sampleRate);
      const said = Float32Array.from(samples);
      expect(said).toEqual(twice.slice(from, from + said.length));
      expect(said.length).toBe(Math.round((end! - start) * sampleRate));
    }
  });

  test.each([1, 159, 161, 5000, 1e9])("are the same in blocks of %d samples", (block) => {
    const bare = (turns: Told[]) => turns.map(({ start, end }) => [start, end]);
    expect(bare(detect(twice, {}, block))).toEqual(bare(detect(twice)));
  });

  test.each([-10, -20, -30])("are found at %d dB", (gain) => {
    const turns = detect(twice.map((value) => value * 10 ** (gain / 20)));
    expect(turns.length).toBe(2);
  });

  test("are found in the noise of a street", () => {
    const random = seededRandom(9);
    const noisy = twice.map((value) => value + 0.02 * (2 * random() - 1));
    const turns = detect(noisy);
    expect(turns.length).toBe(2);
    expect(turns[1]!.start).toBeWithin(spoken + 2.6, spoken + 3.4);
  });

  test("do not begin with a click, or with a noise that stays", () => {
    const click = noise(10, 5e-4);
    for (let i = 0; i < 400; i++) click[80_000 + i] = 0.5;
    expect(detect(click)).toEqual([]);
    // It may be taken for a voice until it was heard for a while.
    const fan = detect(noise(60, 0.03));
    expect(fan.length).toBeLessThan(2);
    expect(fan[0]?.end ?? 0).toBeLessThan(4);
  });

  test("need more sound where the threshold is higher", () => {
    const faint = withPauses([noise(3, 0.01), sample.map((value) => value * 0.1)], 0, 3);
    const heard = (threshold: number) =>
      detect(faint, { threshold }).reduce((sum, { samples }) => sum + samples.length, 0);
    expect(heard(0.2)).toBeGreaterThan(heard(1));
  });

  test("end later where more silence is asked for, and hold it", () => {
    const [short, long] = [300, 1500].map((ms) => detect(twice, { silence_duration_ms: ms }));
    expect(long![0]!.end! - short![0]!.end!).toBeCloseTo(1.2, 1);
    const [one] = detect(twice, { silence_duration_ms: 4000 });
    expect(one!.end).toBeUndefined();
  });

  test("hold as much of what was before as is asked for, but nothing twice", () => {
    const [none, some] = [0, 600].map((ms) => detect(twice, { prefix_padding_ms: ms }));
    expect(none![0]!.start - some![0]!.start).toBeCloseTo(0.6, 3);
    const greedy = detect(twice, { prefix_padding_ms: 5000 });
    expect(greedy[0]!.start).toBe(0);
    expect(greedy[1]!.start).toBe(greedy[0]!.end!);
  });

  test.each([
    ["high", 500],
    ["auto", 1000],
    ["low", 2000],
  ] as const)("by their meaning, %s, end after %d ms", (eagerness, ms) => {
    const settings: SemanticVad = { type: "semantic_vad", eagerness };
    const long = withPauses([noise(1, 5e-4), sample], 0, 4);
    const [turn] = turnsOf(new SpokenTurns(settings, 0, false).push(long));
    const [other] = detect(long, { silence_duration_ms: ms });
    expect(turn).toEqual(other!);
  });
});

describe("a silence", () => {
  test("is a turn of its own where a client does not want to wait", () => {
    const turns = detect(noise(7, 5e-4), { idle_timeout_ms: 3000 });
    expect(turns.map(({ start, end, isSpeech }) => [start, end, isSpeech])).toEqual([
      [0, 3, false],
      [3, 6, false],
    ]);
    expect(turns[0]!.samples.length).toBe(3 * sampleRate);
  });

  test("may be committed, and is kept for half a minute", () => {
    const detector = new SpokenTurns(defaultServerVad, 0, false);
    expect([...detector.commit()]).toEqual([]);
    turnsOf(detector.push(noise(40, 5e-4)));
    const [turn] = turnsOf(detector.commit());
    expect(turn).toMatchObject({ start: 10, end: 40, isSpeech: false });
    expect([...detector.commit()]).toEqual([]);
  });

  test("may be thrown away, or handed on", () => {
    const detector = new SpokenTurns(defaultServerVad, 0, false);
    turnsOf(detector.push(noise(2, 5e-4)));
    detector.clear();
    expect([...detector.commit()]).toEqual([]);
    turnsOf(detector.push(noise(1, 5e-4)));
    expect(detector.rest().length).toBe(sampleRate);
  });
});

test("a turn may be ended by the client while somebody speaks", () => {
  const detector = new SpokenTurns(defaultServerVad, 0, false);
  const turns = turnsOf(detector.push(sample.slice(0, 2 * sampleRate + 7)));
  turnsOf(detector.commit(), turns);
  turnsOf(detector.push(sample.slice(2 * sampleRate + 7)), turns);
  turnsOf(detector.commit(), turns);
  const [first, second] = turns;
  expect(first).toMatchObject({ end: 2 + 7 / sampleRate, isSpeech: false });
  expect(second!.start).toBe(first!.end!);
});
