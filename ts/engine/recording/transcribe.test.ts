import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAudio } from "../../audio/input.ts";
import { openSamples } from "../../audio/pcm.ts";
import type { Samples } from "../../audio/recording.ts";
import type { CheckedSettings } from "../../contract/options.ts";
import type { DecodedChunk } from "../../contract/transcript.ts";
import { demoSample, modelFolder } from "../../native/locate.ts";
import { goldensFolder, speech } from "../../testing/goldens.ts";
import { Engine } from "../engine.ts";
import { recordingOptions } from "./options.ts";
import { transcribeRecording } from "./transcribe.ts";

const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();
let demo: Engine;
let random: Engine;
let sample: Samples;
beforeAll(async () => {
  demo = await Engine.open(modelFolder("demo"));
  random = await Engine.open(join(goldensFolder, "small-q4"));
  ({ samples: sample } = await loadAudio(demoSample));
});
afterAll(() => {
  demo[Symbol.dispose]();
  random[Symbol.dispose]();
});

/** Copies of the sample with a pause of the recording's own noise after each. */
function copies(count: number): Samples {
  const pause = sample.subarray(0, 3000);
  const one = new Float32Array(sample.length + 4 * pause.length);
  one.set(sample);
  for (let i = 0; i < 4; i++) one.set(pause, sample.length + i * pause.length);
  const all = new Float32Array(count * one.length);
  for (let i = 0; i < count; i++) all.set(one, i * one.length);
  return all;
}

async function heard(engine: Engine, samples: Samples, settings: CheckedSettings = {}) {
  const chunks: DecodedChunk[] = [];
  const progress: number[] = [];
  const transcript = await transcribeRecording(
    engine,
    async () => openSamples({ samples, sampleRate: 16_000 }),
    recordingOptions(engine, settings),
    undefined,
    { onChunk: (chunk) => chunks.push(chunk), onProgress: (done) => progress.push(done) },
  );
  return { transcript, chunks, progress };
}

describe("a long recording", () => {
  test("is cut between sentences, decoded together, and told in order", async () => {
    const { transcript, chunks, progress } = await heard(demo, copies(12), { chunkSeconds: 6 });
    expect(transcript.text).toBe(Array(12).fill(sampleText).join(" "));
    expect(transcript).toMatchObject({ language: "English", truncated: false });
    expect(chunks.length).toBe(12);
    expect(chunks.map(({ text }) => text)).toEqual(Array(12).fill(sampleText));
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBeCloseTo(transcript.duration, 6);
    expect(transcript.segments.length).toBe(24);
  });

  test("has chunks that follow each other without a gap", async () => {
    const { transcript } = await heard(random, speech(16_000 * 41), {
      ...{ chunkSeconds: 5, maxTokens: 3 },
    });
    let end = 0;
    for (const chunk of transcript.chunks) {
      expect(chunk.start).toBeCloseTo(end, 6);
      expect(chunk.end - chunk.start).toBeLessThanOrEqual(6.7);
      ({ end } = chunk);
    }
    expect(end).toBeCloseTo(41, 6);
  });

  test("is the same in a batch of one", async () => {
    using narrow = await Engine.open(modelFolder("demo"), { batch: 1 });
    const settings = { chunkSeconds: 4 };
    const one = await heard(narrow, copies(3), settings);
    const eight = await heard(demo, copies(3), settings);
    expect(one.transcript.text).toBe(eight.transcript.text);
  });
});

describe("a model that babbles", () => {
  test("is tried again in halves", async () => {
    // Sampled at random, so that an end comes late.
    const settings = { language: "English", temperature: 100, seed: 1 } as const;
    const { transcript } = await heard(random, speech(16_000 * 8), settings);
    expect(transcript.chunks.map(({ finishReason }) => finishReason)).toEqual(["eos", "eos"]);
    expect(transcript.truncated).toBe(false);
    // The work that was in vain counts, too.
    expect(transcript.usage.outputTokens).toBeGreaterThan(192);
  });

  test("and never ends is cut, and told of", async () => {
    const ready = recordingOptions(random, { language: "English" });
    const session = { ...ready.decode.session, ignoreEos: true };
    const transcript = await transcribeRecording(
      random,
      async () => openSamples({ samples: speech(16_000 * 8), sampleRate: 16_000 }),
      { ...ready, decode: { ...ready.decode, session } },
      undefined,
    );
    expect(transcript.chunks.length).toBe(2);
    expect(["length", "loop"]).toContain(transcript.finishReason);
    expect(transcript.truncated).toBe(true);
    // Budgets: the whole once, each half twice.
    expect(transcript.usage.outputTokens).toBeLessThanOrEqual(192 + 4 * 150);
  });

  test("is cut where the caller wants it, and not tried again", async () => {
    const settings = { language: "English", maxTokens: 20 } as const;
    const { transcript } = await heard(random, speech(16_000 * 8), settings);
    expect(transcript.usage.outputTokens).toBe(20);
    expect(transcript).toMatchObject({ finishReason: "length", truncated: true });
  });
});

test("silence is not decoded, and noise between is", async () => {
  const silent = new Float32Array(16_000 * 20);
  const { transcript } = await heard(demo, silent, { chunkSeconds: 5 });
  expect(transcript).toMatchObject({ text: "", truncated: false, usage: { totalTokens: 0 } });
  const both = new Float32Array(16_000 * 20 + sample.length);
  both.set(sample, 16_000 * 20);
  const { transcript: found } = await heard(demo, both, { pauseSeconds: 1 });
  expect(found.text).toBe(sampleText);
  expect(found.chunks.length).toBe(1);
  expect(found.chunks[0]?.start).toBeGreaterThan(19);
  expect(found.segments[0]?.start).toBeGreaterThan(20);
});
