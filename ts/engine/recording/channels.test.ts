import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openAudio } from "../../audio/open.ts";
import type { Samples } from "../../audio/samples/recording.ts";
import type { ChannelChoice } from "../../contract/options.ts";
import { modelFolder } from "../../native/locate.ts";
import { collect, demoSpeech } from "../../testing/live.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { Engine } from "../decode/engine.ts";
import { recordingOptions } from "./options.ts";
import { streamRecording } from "./transcribe.ts";

const rate = 16_000;
const kitchen = "Turn on the light in the kitchen.";
const train = "The train to Boston leaves at seven thirty.";

let engine: Engine;
/** The two sentences. */
let one: Samples;
let two: Samples;
beforeAll(async () => {
  engine = await Engine.open(modelFolder("demo"));
  const sample = await demoSpeech();
  const between = 2.03 * rate;
  [one, two] = [sample.slice(0, between), sample.slice(between)];
});
afterAll(() => engine[Symbol.dispose]());

/** A channel of so many seconds with sounds that begin at some of them. */
function line(seconds: number, ...sounds: (readonly [number, Samples])[]): Samples {
  const random = seededRandom(7 * sounds.length);
  const samples = Float32Array.from({ length: seconds * rate }, () => 1e-4 * (random() - 0.5));
  for (const [at, sound] of sounds) samples.set(sound, Math.round(at * rate));
  return samples;
}

function interleaved(channels: readonly Samples[]): Samples {
  const samples = new Float32Array(channels.length * channels[0]!.length);
  for (const [index, channel] of channels.entries()) {
    for (let i = 0; i < channel.length; i++) samples[i * channels.length + index] = channel[i]!;
  }
  return samples;
}

async function heard(channel: ChannelChoice, ...channels: Samples[]) {
  const input = { samples: interleaved(channels), sampleRate: rate, channels: channels.length };
  const open = () => openAudio(input, { channel });
  const progress: number[] = [];
  const { transcript, events } = await collect(
    streamRecording(engine, open, recordingOptions(engine, { channel }), {
      onProgress: (done) => progress.push(done),
    }),
  );
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  const deltas = events.filter((event) => event.type === "delta").map(({ text }) => text);
  expect(deltas.join("")).toBe(transcript!.text);
  const finals = events.filter((event) => event.type === "final");
  return { transcript: transcript!, turns: finals.map((final) => [final.channel, final.text]) };
}

describe("a telephone call, each party on its channel", () => {
  test("is told turn by turn", async () => {
    const [first, second] = [line(20, [0, one], [10, one]), line(20, [4, two], [14, two])];
    const { transcript, turns } = await heard("each", first, second);
    expect(turns).toEqual([
      [1, kitchen],
      [2, train],
      [1, kitchen],
      [2, train],
    ]);
    expect(transcript.text).toBe([kitchen, train, kitchen, train].join("\n"));
    expect(transcript.segments.map(({ id, channel }) => [id, channel])).toEqual([
      [0, 1],
      [1, 2],
      [2, 1],
      [3, 2],
    ]);
    expect(transcript.segments[1]!.start).toBeCloseTo(4, 0);
    expect(transcript.chunks.map(({ channel }) => channel)).toEqual([1, 2, 1, 2]);
    expect(transcript.duration).toBe(20);
  });

  test("in which both speak at once is heard in both", async () => {
    const { transcript, turns } = await heard("each", line(6, [1, one]), line(6, [1.2, two]));
    expect(turns).toEqual([
      [1, kitchen],
      [2, train],
    ]);
    const [first, second] = transcript.segments;
    expect(second!.start).toBeLessThan(first!.end);
  });

  test("waits for no channel, however long it says nothing", async () => {
    const talk = line(120, ...[0, 20, 40, 60, 80, 100].map((at) => [at, one] as const));
    const { turns } = await heard("each", line(120, [110, two]), talk, line(120));
    expect(turns).toEqual([...Array(6).fill([2, kitchen]), [1, train]]);
  });

  test("is one channel where that is asked for", async () => {
    const call = [line(6, [1, one]), line(6, [1.2, two])];
    expect((await heard("left", ...call)).transcript.text).toBe(kitchen);
    const right = await heard(2, ...call);
    expect(right.transcript.text).toBe(train);
    expect(right.transcript.segments[0]).not.toHaveProperty("channel");
  });
});

test("a mono recording on two channels is transcribed once, and that is noted", async () => {
  const sound = line(8, [1, one], [4, two]);
  const { transcript, turns } = await heard("each", sound, sound.slice());
  expect(turns).toEqual([
    [1, kitchen],
    [1, train],
  ]);
  expect(transcript.notes).toEqual(["channel 2 repeats channel 1 and is not heard a second time"]);
});

test("channels in opposite phase are heard as one", async () => {
  const sound = line(8, [1, one], [4, two]);
  const { transcript } = await heard(
    "mix",
    sound,
    sound.map((sample) => -sample),
  );
  expect(transcript.text).toBe(`${kitchen} ${train}`);
  expect(transcript.notes?.join()).toContain("opposite phase");
  expect(transcript.truncated).toBe(false);
});
