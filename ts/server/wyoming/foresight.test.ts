import { expect, test } from "bun:test";
import { type Samples, sampleRate } from "../../audio/samples/recording.ts";
import { transcriptOf } from "../../testing/transcripts.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { Foresight } from "./foresight.ts";

const random = seededRandom(1);
const noise = (seconds: number, level = 1e-3): Samples =>
  Float32Array.from({ length: seconds * sampleRate }, () => (random() - 0.5) * level);
/** Tones that swell as syllables do. */
const speech = (seconds: number): Samples =>
  noise(seconds).map((value, at) => value + 0.3 * Math.sin(at / 5) * Math.abs(Math.sin(at / 2000)));

/** What is begun while these sounds come in blocks of 20 ms, and what of it is used at the end. */
function foreseen(sounds: Samples[], isFree = () => true) {
  const begun: { seconds: number; signal: AbortSignal }[] = [];
  const transcript = transcriptOf([]);
  const foresight = new Foresight(async (samples, signal) => {
    begun.push({ seconds: samples.length / sampleRate, signal });
    return transcript;
  }, isFree);
  for (const sound of sounds) {
    for (let at = 0; at < sound.length; at += 320) foresight.push(sound.slice(at, at + 320));
  }
  const found = foresight.transcript();
  const isGiven = found !== undefined;
  return { begun: begun.map(({ seconds, signal }) => [seconds, signal.aborted]), isGiven };
}

test("a command is transcribed in the pause after it", () => {
  const { begun, isGiven } = foreseen([noise(0.5), speech(2), noise(0.8)]);
  expect(begun).toHaveLength(1);
  expect(begun[0]![0]).toBeWithin(2.7, 3.1);
  expect([begun[0]![1], isGiven]).toEqual([false, true]);
});

test("what is begun ends where the speaker goes on", () => {
  const { begun, isGiven } = foreseen([speech(2), noise(0.6), speech(1), noise(0.6)]);
  expect(begun.map(([, isAborted]) => isAborted)).toEqual([true, false]);
  expect(begun[1]![0]).toBeGreaterThan(3.8);
  expect(isGiven).toBe(true);
  expect(foreseen([speech(2), noise(0.6), speech(1)])).toMatchObject({ isGiven: false });
});

test.each<[string, Samples[]]>([
  ["nobody has spoken", [noise(3)]],
  ["there is no pause", [noise(0.5), speech(3)]],
  ["the pause is too short", [speech(2), noise(0.2)]],
  [
    "something is heard in the pause, if it is no speech",
    [speech(2), noise(0.5), noise(0.03, 0.5)],
  ],
  ["it is no command", [speech(14), noise(0.5), noise(1)]],
])("nothing is used where %s", (_, sounds) => {
  expect(foreseen(sounds).isGiven).toBe(false);
});

test("nothing is begun where others would have to wait", () => {
  expect(foreseen([speech(2), noise(1)], () => false)).toEqual({ begun: [], isGiven: false });
});
