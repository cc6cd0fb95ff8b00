import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAudio, openAudio } from "../../audio/open.ts";
import type { Samples } from "../../audio/samples/recording.ts";
import { AsrError } from "../../contract/errors.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { CheckedSettings } from "../../contract/options.ts";
import { demoSample, modelFolder } from "../../native/locate.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { goldensFolder, speech } from "../../testing/goldens.ts";
import { collect, withPauses } from "../../testing/live.ts";
import { endlessly, idsOf, scriptedEngine } from "../../testing/scripted-model.ts";
import { Engine } from "../decode/engine.ts";
import { recordingOptions } from "./options.ts";
import { streamRecording, transcribeRecording } from "./transcribe.ts";

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
  const progress: number[] = [];
  const events = streamRecording(
    engine,
    () => openAudio({ samples, sampleRate: 16_000 }),
    recordingOptions(engine, settings),
    { onProgress: (done) => progress.push(done) },
  );
  const heard = await collect(events);
  const chunks = heard.events.filter((event) => event.type === "final");
  return { ...heard, transcript: heard.transcript!, chunks, progress };
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
      chunkSeconds: 5,
      maxTokens: 3,
    });
    let end = 0;
    for (const chunk of transcript.chunks) {
      expect(chunk.start).toBeCloseTo(end, 6);
      expect(chunk.end - chunk.start).toBeLessThanOrEqual(6.7);
      ({ end } = chunk);
    }
    expect(end).toBeCloseTo(41, 6);
  });

  test("has the same segments where nobody reads events", async () => {
    const options = recordingOptions(demo, {});
    const open = () => openAudio({ samples: copies(2), sampleRate: 16_000 });
    const { segments } = await transcribeRecording(demo, open, options);
    expect(segments.length).toBe(4);
    expect(segments).toEqual((await heard(demo, copies(2))).transcript.segments);
  });

  test("is the same in a batch of one", async () => {
    using narrow = await Engine.open(modelFolder("demo"), { batch: 1 });
    const settings = { chunkSeconds: 4 };
    const one = await heard(narrow, copies(3), settings);
    const eight = await heard(demo, copies(3), settings);
    expect(one.transcript.text).toBe(eight.transcript.text);
  });
});

test("a chunk of which the model writes a few words is heard in parts", async () => {
  const pauses = Array.from({ length: 12 }, (_, index) => 0.2 + (index % 5) / 10);
  const minute = withPauses(Array(12).fill(sample), ...pauses);
  const settings = { chunkSeconds: 60, pauseSeconds: 60 };
  const { transcript, said } = await heard(demo, minute, settings);
  expect(transcript.text).toBe(Array(12).fill(sampleText).join(" "));
  expect(said).toBe(transcript.text);
  expect(transcript.truncated).toBe(false);
});

describe("a model that babbles", () => {
  test("and never ends is cut, and told of", async () => {
    const ready = recordingOptions(random, { language: "English" });
    const session = { ...ready.decode.session, ignoreEos: true };
    const transcript = await transcribeRecording(
      random,
      () => openAudio({ samples: speech(16_000 * 8), sampleRate: 16_000 }),
      { ...ready, decode: { ...ready.decode, session } },
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

describe("chunks that end out of order", () => {
  const header = "language English<asr_text>";
  const settings = { chunkSeconds: 2, language: undefined };

  /** Sessions are as many as chunks: the first one writes longest. */
  function firstIsSlow(session: number): string {
    return header + (session === 0 ? "One two three four five six seven." : `Chunk ${session}.`);
  }

  test("are told in order, and text only of the first that is unfinished", async () => {
    const { engine } = scriptedEngine(({ session }) => firstIsSlow(session));
    const { transcript, chunks, events } = await heard(engine, speech(16_000 * 6), settings);
    const first = events.findIndex(({ type }) => type === "delta");
    expect(first).toBeGreaterThan(0);
    for (const event of events.slice(0, first)) {
      expect(event.type).toBe("partial");
      expect("One two three four five six seven.").toStartWith("text" in event ? event.text : "-");
    }
    expect(chunks.map(({ text }) => text)).toEqual([
      "One two three four five six seven.",
      "Chunk 1.",
      "Chunk 2.",
    ]);
    expect(transcript.text).toBe("One two three four five six seven. Chunk 1. Chunk 2.");
  });

  test("leave those before a failure, and nothing of what came after it", async () => {
    const failure = new AsrError("native", "it broke");
    const { engine, model } = scriptedEngine(
      ({ session }) => (session === 2 ? [...idsOf(`${header}One`), failure] : firstIsSlow(session)),
      { maxBatch: 1 },
    );
    const open = () => openAudio({ samples: speech(16_000 * 8), sampleRate: 16_000 });
    const events: StreamEvent[] = [];
    const read = async () => {
      const options = recordingOptions(engine, settings);
      for await (const event of streamRecording(engine, open, options)) events.push(event);
    };
    expect(await read().catch((error: unknown) => error)).toBe(failure);
    const text = "One two three four five six seven. Chunk 1.";
    expect(failure.partial).toMatchObject({ text, truncated: true });
    const deltas = events.filter((event) => event.type === "delta");
    expect(deltas.map((event) => event.text).join("")).toBe(text);
    expect(model.sessions.every(({ closed }) => closed)).toBe(true);
  });

  test("end with an abort, which has what was finished as its partial", async () => {
    const abort = new AbortController();
    const { engine, model } = scriptedEngine(
      ({ session }) => (session === 1 ? endlessly("ever ") : firstIsSlow(session)),
      { maxBatch: 1 },
    );
    model.onStage = (_, session) => {
      if (session === 1) setTimeout(() => abort.abort(new AsrError("aborted", "enough")), 1);
    };
    const open = () => openAudio({ samples: speech(16_000 * 8), sampleRate: 16_000 });
    const options = recordingOptions(engine, { ...settings, maxTokens: 3000 });
    const call = () => transcribeRecording(engine, open, options, { signal: abort.signal });
    const error = await expectAsrError(call, "aborted", "enough");
    expect(error.partial?.text).toStartWith("One two three four five six seven.");
    expect(error.partial?.truncated).toBe(true);
  });

  test("leave no gap when an abort cuts several at once", async () => {
    const abort = new AbortController();
    const { engine, model } = scriptedEngine(({ session }) =>
      session === 2 ? `${header}Chunk 2.` : endlessly("ever "),
    );
    model.onStep = () => {
      if (model.steps.at(-1) === 4) abort.abort(new AsrError("aborted", "enough"));
    };
    const open = () => openAudio({ samples: speech(16_000 * 8), sampleRate: 16_000 });
    const options = recordingOptions(engine, { ...settings, maxTokens: 3000 });
    const call = () => transcribeRecording(engine, open, options, { signal: abort.signal });
    const { partial } = await expectAsrError(call, "aborted", "enough");
    expect(partial?.chunks.map(({ finishReason }) => finishReason)).toEqual(["cancelled"]);
  });
});
