import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Samples, sampleRate } from "../../audio/samples/recording.ts";
import { AsrError } from "../../contract/errors.ts";
import { demoSample } from "../../native/locate.ts";
import { goldensFolder, speech } from "../../testing/goldens.ts";
import {
  demoSpeech,
  type Heard,
  hear,
  sessionsOf,
  sourceOf,
  withPauses,
} from "../../testing/live.ts";
import { scriptedEngine } from "../../testing/scripted-model.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { Engine } from "../decode/engine.ts";
import { frameReach } from "./growing-prompt.ts";

const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();
const demo = join(demoSample, "..");

let engine: Engine;
let sample: Samples;

beforeAll(async () => {
  engine = await Engine.open(demo);
  sample = await demoSpeech();
});

afterAll(() => engine[Symbol.dispose]());

function finals({ events }: Heard) {
  return events.filter((event) => event.type === "final");
}

describe("a live stream", () => {
  test.each([0.5, 1, 2, 5])(
    "in steps of %d s says what the recording says",
    async (stepSeconds) => {
      const heard = await hear(engine, sourceOf(sample), { stepSeconds });
      expect(heard.transcript?.text).toBe(sampleText);
      expect(heard.said).toBe(sampleText);
      expect(heard.transcript).toMatchObject({ language: "English", truncated: false });
    },
  );

  test("that has ended is decoded to its end once", async () => {
    const { events } = await hear(engine, sourceOf(sample), { stepSeconds: 10 });
    expect(events.map(({ type }) => type)).toEqual([
      "delta",
      "final",
      "segment",
      "segment",
      "finish",
    ]);
  });

  test("tells of text before the end, and first as provisional", async () => {
    const { events } = await hear(engine, sourceOf(sample), { stepSeconds: 1 });
    const types = events.map(({ type }) => type);
    expect(types.slice(-4)).toEqual(["final", "segment", "segment", "finish"]);
    expect(types.indexOf("partial")).toBeLessThan(types.indexOf("delta"));
    expect(types.indexOf("delta")).toBeLessThan(types.lastIndexOf("partial"));
  });

  test("is cut at pauses, and its deltas are its text", async () => {
    const samples = withPauses([sample, sample, sample, sample], 2.5, 0.6, 4, 0.1);
    const source = sourceOf(samples, { block: 1234 });
    const heard = await hear(engine, source, { chunkSeconds: 6 });
    expect(heard.said).toBe(heard.transcript!.text);
    const spoken = sample.length / sampleRate;
    const starts = [0, spoken + 2.5, 2 * spoken + 3.1, 3 * spoken + 7.1];
    expect(finals(heard).length).toBe(starts.length);
    for (const [index, { text, start }] of finals(heard).entries()) {
      expect(text).toStartWith("Turn on the light in the kitchen.");
      expect(Math.abs(start - starts[index]!)).toBeLessThan(0.5);
    }
    expect(heard.transcript!.duration).toBeCloseTo(samples.length / sampleRate, 3);
  });

  test("tells the tokens of its deltas where they are asked for", async () => {
    const heard = await hear(engine, sourceOf(sample), { stepSeconds: 1, logprobs: true });
    const deltas = heard.events.filter((event) => event.type === "delta");
    expect(deltas.length).toBeGreaterThan(1);
    for (const { text, tokens } of deltas) {
      expect(tokens!.map((token) => token.text).join("")).toBe(text);
      for (const { logprob } of tokens!) expect(logprob).toBeLessThanOrEqual(0);
    }
    const { events } = await hear(engine, sourceOf(sample), { stepSeconds: 1 });
    expect(events.some((event) => "tokens" in event)).toBe(false);
  });

  test("that is muted says nothing and decodes nothing", async () => {
    const sessions = sessionsOf(engine);
    const heard = await hear(engine, sourceOf(new Float32Array(600 * sampleRate)));
    expect(heard.events.map(({ type }) => type)).toEqual(["finish"]);
    expect(heard.transcript).toMatchObject({ text: "", duration: 600, truncated: false });
    expect(sessions).toEqual([]);
  });

  test.each([
    ["slow", { block: 8000, delayMs: 15 }],
    ["in one block", { block: 1e9 }],
    ["in crumbs", { block: 160 }],
  ])("may be %s", async (_, options) => {
    const samples = withPauses([sample, sample], 2);
    const { said } = await hear(engine, sourceOf(samples, options));
    expect(said).toBe(`${sampleText} ${sampleText}`);
  });

  test.each([1, 159, 3000, 20_001, 40_000])("may end after %d samples", async (length) => {
    const heard = await hear(engine, sourceOf(sample.slice(0, length)));
    expect(heard.said).toBe(heard.transcript!.text);
    expect(heard.transcript!.duration).toBeCloseTo(length / sampleRate, 6);
  });

  test("beside another says what it says alone", async () => {
    const samples = withPauses([sample, sample], 1);
    const one = hear(engine, sourceOf(samples), { stepSeconds: 1, chunkSeconds: 8 });
    const two = hear(engine, sourceOf(sample), { stepSeconds: 2 });
    const alone = await hear(engine, sourceOf(samples), { stepSeconds: 1, chunkSeconds: 8 });
    expect((await one).said).toBe(alone.said);
    expect((await two).said).toBe(sampleText);
  });

  test("costs as much at its end as at its start", async () => {
    const samples = withPauses(Array(30).fill(sample), ...Array(30).fill(0.5));
    let positions = 0;
    const sessions = sessionsOf(engine);
    const heard = await hear(engine, sourceOf(samples), { chunkSeconds: 10 });
    for (const { closed } of sessions) expect(closed).toBe(true);
    const steps = Math.ceil(samples.length / sampleRate / 2);
    for (const { start, end } of heard.transcript!.chunks) {
      positions = Math.max(positions, end - start);
    }
    expect(positions).toBeLessThan(14);
    // A step reads at most a window of audio, and what is settled of ten seconds.
    expect(heard.transcript!.usage.inputTokens / steps).toBeLessThan(200);
    expect(heard.said).toBe(heard.transcript!.text);
  });
});

test("a segment is heard where seconds are whole, wherever it begins", async () => {
  const { engine: scripted, model } = scriptedEngine(() => "language English<asr_text>Well");
  const lengths: number[] = [];
  const open = model.session.bind(model);
  model.session = (options) => {
    const session = open(options);
    const mel = session.mel.bind(session);
    session.mel = (samples) => {
      // What is decoded anew at the end is of other sessions.
      if (session.number === 0) lengths.push(samples.length);
      return mel(samples);
    };
    return session;
  };
  const samples = withPauses([new Float32Array(), speech(11.2 * sampleRate)], 0.7);
  await hear(scripted, sourceOf(samples));
  // The first step is of the stream, the last one to its end.
  const between = lengths.slice(1, -1);
  expect(between.length).toBeGreaterThan(3);
  for (const length of between) expect(length % (2 * sampleRate)).toBe(frameReach);
});

describe("what goes wrong", () => {
  test("a source that fails leaves what was heard", async () => {
    const failure = new AsrError("input", "unplugged");
    const heard: Heard = { events: [], said: "", transcript: undefined };
    const error = await hear(engine, sourceOf(sample, { failure }), {}, { heard }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBe(failure);
    expect(failure.partial?.text).toBe(sampleText);
    expect(failure.partial?.truncated).toBe(true);
    expect(heard.said).toBe(sampleText);
  });

  test("an abort at any moment ends it soon, and the next call is right", async () => {
    const sessions = sessionsOf(engine);
    const random = seededRandom(3);
    const samples = withPauses([sample, sample, sample], 0.5, 2);
    for (let round = 0; round < 25; round++) {
      const abort = new AbortController();
      const heard: Heard = { events: [], said: "", transcript: undefined };
      const after = Math.floor(random() * 40);
      const timer = setTimeout(() => abort.abort(new Error("enough")), 8 * after);
      const options = { signal: abort.signal, heard };
      const outcome = await hear(engine, sourceOf(samples), { stepSeconds: 1 }, options).catch(
        (thrown: unknown) => thrown,
      );
      clearTimeout(timer);
      if (outcome instanceof Error) {
        const partial = "partial" in outcome ? (outcome.partial as Heard["transcript"]) : undefined;
        // What was told is kept, and more at most.
        expect(partial?.text ?? "").toStartWith(heard.said);
      } else {
        expect(heard.said).toBe(heard.transcript!.text);
      }
    }
    for (const { closed } of sessions) expect(closed).toBe(true);
    expect((await hear(engine, sourceOf(sample))).said).toBe(sampleText);
  });

  test("an abort does not wait for a source that hangs", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("enough")), 20);
    const hanging = sourceOf(sample, { delayMs: 1e8 });
    const call = hear(engine, hanging, {}, { signal: abort.signal });
    expect(call).rejects.toThrow("enough");
    await call.catch(() => undefined);
  });

  test("a model that babbles ends, and says that text may be missing", async () => {
    using babbler = await Engine.open(join(goldensFolder, "small-q4"));
    const seconds = 40;
    const heard = await hear(babbler, sourceOf(speech(seconds * sampleRate)), { chunkSeconds: 8 });
    expect(heard.said).toBe(heard.transcript!.text);
    expect(heard.transcript!.usage.outputTokens).toBeLessThan(400 * seconds);
    for (const { finishReason } of heard.transcript!.chunks) {
      expect(["eos", "length", "loop", "garbled", "short"]).toContain(finishReason);
    }
    expect(heard.transcript!.truncated).toBe(heard.transcript!.finishReason !== "eos");
  });
});
