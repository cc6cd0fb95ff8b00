import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Asr } from "./asr.ts";
import { AsrSync } from "./asr-sync.ts";
import type { Alignment } from "./contract/alignment.ts";
import type { StreamEvent } from "./contract/events.ts";
import type { Progress } from "./contract/options.ts";
import { demoSample } from "./native/locate.ts";
import { expectAsrError } from "./testing/expect-error.ts";
import { goldensFolder, speech } from "./testing/goldens.ts";
import { demoSpeech } from "./testing/live.ts";
import { align, transcribe, transcribeStream } from "./transcribe.ts";

const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();
const small = join(goldensFolder, "small-q4");
const clip = { samples: speech(16_000), sampleRate: 16_000 };

describe("the demo", () => {
  test("reads its sample, as one call", async () => {
    const transcript = await transcribe(demoSample, { model: "demo" });
    expect(transcript.text).toBe(sampleText);
    expect(transcript).toMatchObject({ language: "English", finishReason: "eos" });
    expect(transcript.segments.map(({ text }) => text).join(" ")).toBe(sampleText);
    expect(transcript.truncated).toBe(false);
    expect(transcript.duration).toBeGreaterThan(1);
    expect(transcript.usage.outputTokens).toBeGreaterThan(5);
    expect(transcript.rtf).toBeLessThan(5);
  });

  test("tells how sure it is of each token", async () => {
    const options = { model: "demo", logprobs: true };
    const { segments } = await transcribe(demoSample, options);
    for (const { text, tokens = [], avgLogprob } of segments) {
      expect(
        tokens
          .map((token) => token.text)
          .join("")
          .trim(),
      ).toBe(text);
      const mean = tokens.reduce((sum, { logprob }) => sum + logprob, 0) / tokens.length;
      expect(mean).toBeCloseTo(avgLogprob, 9);
      for (const { logprob } of tokens) expect(logprob).toBeLessThanOrEqual(0);
    }
  });

  test("is told of word by word", async () => {
    await using asr = await Asr.load("demo");
    const events: StreamEvent[] = [];
    for await (const event of asr.stream(demoSample)) events.push(event);
    const texts = (type: "partial" | "delta") =>
      events.flatMap((event) => (event.type === type ? [event.text] : []));
    expect(texts("partial").length).toBeGreaterThan(0);
    expect(texts("delta").join("")).toBe(sampleText);
    const finish = events.at(-1);
    expect(finish?.type).toBe("finish");
    if (finish?.type === "finish") expect(finish.transcript.text).toBe(sampleText);
  });

  test("reads every kind of input on its own thread", async () => {
    await using asr = await Asr.load("demo");
    const bytes = readFileSync(demoSample);
    const samples = Float32Array.from(
      new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length)),
      (value) => value / 2 ** 15,
    );
    const inputs = [
      Bun.file(demoSample),
      new Blob([bytes]),
      new Uint8Array(bytes),
      new Response(bytes),
      Bun.file(demoSample).stream(),
      { samples, sampleRate: 16_000 },
      { stream: Bun.file(demoSample).slice(44).stream(), sampleRate: 16_000 },
    ];
    for (const input of inputs) {
      expect((await asr.transcribe(input)).text).toBe(sampleText);
    }
  });

  test("reads silence, 20 ms and one sample without failing", async () => {
    await using asr = await Asr.load("demo");
    for (const length of [1, 159, 160, 320, 16_000, 48_000]) {
      const samples = new Float32Array(length).fill(1e-3);
      const { finishReason, timings } = await asr.transcribe({ samples, sampleRate: 16_000 });
      expect(["eos", "length", "loop"]).toContain(finishReason);
      expect(timings.totalMs).toBeGreaterThan(0);
    }
  });

  test("writes nothing for what cannot be heard", async () => {
    await using asr = await Asr.load("demo");
    const silence = { samples: new Float32Array(80_000), sampleRate: 16_000 };
    const transcript = await asr.transcribe(silence);
    expect(transcript).toMatchObject({ text: "", language: "", truncated: false, segments: [] });
    expect(transcript.duration).toBe(5);
  });

  test("can block", async () => {
    const samples = await demoSpeech();
    using asr = AsrSync.load("demo");
    expect(asr.transcribe(demoSample).text).toBe(sampleText);
    expect(asr.transcribe(readFileSync(demoSample)).text).toBe(sampleText);
    expect(asr.transcribe({ samples, sampleRate: 16_000 }).text).toBe(sampleText);
    expect(() => asr.transcribe("none.wav")).toThrow("none.wav: no such file");
    expect(() => asr.transcribe(new Blob([]).stream())).toThrow("cannot read this input");
    asr.close();
    expect(() => asr.transcribe(demoSample)).toThrow("closed");
  });

  test("is found word by word, as text and as lines, whatever the text lacks or adds", async () => {
    const lines = ["TURN ON the light", "in the old kitchen.", "The train leaves at 7:30!", "Bye."];
    const found = await align(demoSample, lines, { model: "demo", language: "en" });
    expect(found.text).toBe(lines.join("\n"));
    expect(found.segments.map(({ text }) => text)).toEqual(lines);
    expect(found.segments[2]!.start).toBeCloseTo(2.2, 0);
    expect(found.unmatched.map(({ kind, text, line }) => [kind, text, line])).toEqual([
      ["text", "old", 2],
      ["speech", "to Boston", 3],
      ["text", "Bye.", 4],
    ]);
    expect(found.matched).toBeCloseTo(12 / 14, 9);
    using asr = AsrSync.load("demo");
    const whole = asr.align(readFileSync(demoSample), sampleText);
    expect(whole).toMatchObject({ text: sampleText, matched: 1, unmatched: [] });
    const segments = whole.segments.map((segment) => segment.words!.map(({ text }) => text));
    expect(segments.map((words) => words.join(" ")).join(" ")).toBe(sampleText);
    expect(() => asr.align(demoSample, " ")).toThrow("no words");
    asr.close();
    expect(() => asr.align(demoSample, sampleText)).toThrow("closed");
  });

  test("is honest about a text that is not in it, and about silence", async () => {
    await using asr = await Asr.load("demo");
    const other = Array.from({ length: 10_000 }, (_, n) => `wort${n}`).join(" ");
    const silence = { samples: new Float32Array(80_000), sampleRate: 16_000 };
    for (const input of [demoSample, silence]) {
      const { text, matched, segments, duration } = await asr.align(input, other);
      expect([text, matched]).toEqual([other, 0]);
      expect(segments.at(-1)!.end).toBeLessThanOrEqual(duration + 1e-6);
    }
    await expectAsrError(() => asr.align("none.wav", other), "input", "no such file");
  });

  test("can be a stream of its own", async () => {
    let text = "";
    const source = Bun.file(demoSample).stream();
    for await (const event of transcribeStream(source, { model: "demo" })) {
      if (event.type === "finish") text = event.transcript.text;
    }
    expect(text).toBe(sampleText);
  });
});

test("channels are told apart across threads, but not live", async () => {
  const sample = await demoSpeech();
  const samples = new Float32Array(2 * sample.length);
  for (const [i, value] of sample.entries()) samples[2 * i + 1] = value;
  const call = { samples, sampleRate: 16_000, channels: 2 };
  await using asr = await Asr.load("demo");
  const { chunks, segments } = await asr.transcribe(call, { channel: "each" });
  expect([...chunks, ...segments].map(({ channel }) => channel)).toEqual([2, 2, 2]);
  expect((await asr.transcribe(call, { channel: "right" })).text).toBe(sampleText);
  await expectAsrError(
    () => asr.transcribe(call, { channel: 3 }),
    "input",
    "no channel 3; it has 2",
  );
  await expectAsrError(() => asr.transcribe(call, { audioTrack: 2 }), "input", "no audio track 2");
  await expectAsrError(() => asr.transcribe(call, { audioTrack: "xyz" }), "usage", "no language");
  const live = asr.stream(call, { channel: "each", live: true });
  await expectAsrError(() => live.next(), "usage", "leave live (--stream, --follow) out");
});

describe("random weights", () => {
  test("stop at maxTokens and say so", async () => {
    await using asr = await Asr.load(small);
    const transcript = await asr.transcribe(clip, { maxTokens: 5, language: "en" });
    expect(transcript).toMatchObject({
      usage: { outputTokens: 5 },
      finishReason: "length",
      truncated: true,
      language: "English",
    });
  });

  test("give the same transcript twice, and many at once", async () => {
    await using asr = await Asr.load(small);
    const options = { maxTokens: 12, language: "en" };
    const text = async () => (await asr.transcribe(clip, options)).text;
    const first = await text();
    const many = await Promise.all(Array.from({ length: 20 }, text));
    expect(new Set(many)).toEqual(new Set([first]));
  });

  test("sample by seed", async () => {
    await using asr = await Asr.load(small);
    const text = async (seed: number) =>
      (await asr.transcribe(clip, { maxTokens: 12, language: "en", temperature: 5, seed })).text;
    expect(await text(1)).toBe(await text(1));
    expect(await text(1)).not.toBe(await text(2));
  });

  test("tell how far they are", async () => {
    const seen: Progress[] = [];
    const onProgress = (progress: Progress) => seen.push(progress);
    await using asr = await Asr.load(small, { onProgress });
    expect(seen).toEqual([{ phase: "load", done: 0, total: undefined }]);
    await asr.transcribe(clip, { maxTokens: 3, onProgress });
    expect(seen.slice(1)).toEqual([
      { phase: "decode", done: 0, total: 1 },
      { phase: "decode", done: 1, total: 1 },
    ]);
  });

  test("refuse work after close, and end what is under way", async () => {
    const asr = await Asr.load(small);
    const samples = speech(16_000 * 20);
    const work = asr.transcribe({ samples, sampleRate: 16_000 }, { language: "en" });
    const [outcome] = await Promise.allSettled([work, Bun.sleep(30).then(() => asr.close())]);
    expect(outcome.status).toBe("rejected");
    await asr.close();
    await expectAsrError(() => asr.transcribe(clip), "usage", "closed");
    await expectAsrError(() => asr.stream(clip).next(), "usage", "closed");
  });
});

describe("an abort", () => {
  test("at once, at any time later, and never hurts the next call", async () => {
    await using asr = await Asr.load(small);
    const { samples } = { samples: speech(16_000 * 6) };
    const input = { samples, sampleRate: 16_000 };
    const options = { language: "en", maxTokens: 40, chunkSeconds: 2 };
    const whole = await asr.transcribe(input, options);
    for (let trial = 0; trial < 20; trial++) {
      const controller = new AbortController();
      const reason = new Error(`stop ${trial}`);
      const work = asr.transcribe(input, { ...options, signal: controller.signal });
      setTimeout(() => controller.abort(reason), trial * 4);
      const [outcome] = await Promise.allSettled([work]);
      if (outcome.status === "rejected") expect(outcome.reason).toBe(reason);
      else expect(outcome.value.text).toBe(whole.text);
    }
    expect((await asr.transcribe(input, options)).text).toBe(whole.text);
  });

  test("gives what was finished", async () => {
    await using asr = await Asr.load("demo");
    const sample = new Float32Array(speech(16_000 * 40));
    const controller = new AbortController();
    const onProgress = ({ done }: Progress) => {
      if (done > 0) controller.abort();
    };
    const options = { chunkSeconds: 5, signal: controller.signal, onProgress };
    const work = asr.transcribe({ samples: sample, sampleRate: 16_000 }, options);
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "AbortError", partial: { truncated: true } });
  });

  test("gives where in a text it was by then", async () => {
    await using asr = await Asr.load("demo", { batch: 1 });
    const sample = await demoSpeech();
    const samples = new Float32Array(6 * sample.length);
    for (let copy = 0; copy < 6; copy++) samples.set(sample, copy * sample.length);
    const controller = new AbortController();
    const onProgress = ({ done }: Progress) => {
      if (done > 0) controller.abort();
    };
    const text = Array<string>(6).fill(sampleText);
    const options = { chunkSeconds: 5, signal: controller.signal, onProgress };
    const work = asr.align({ samples, sampleRate: 16_000 }, text, options);
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    const { partial } = error as { partial: Alignment };
    expect(partial).toMatchObject({ text: text.join("\n"), truncated: true });
    expect(partial.matched).toBeGreaterThan(0.1);
    expect(partial.matched).toBeLessThan(0.9);
    expect(partial.unmatched.at(-1)!.kind).toBe("text");
  });

  test("before the start does nothing at all", async () => {
    await using asr = await Asr.load(small);
    const signal = AbortSignal.abort("no more");
    await expect(asr.transcribe(clip, { signal })).rejects.toBe("no more");
  });
});

describe("options are checked", () => {
  const cases: [string, object, string][] = [
    ["langauge", { langauge: "en" }, "did you mean language?"],
    ["max_tokens", { max_tokens: 3 }, "did you mean maxTokens?"],
    ["an unknown language", { language: "Klingon" }, "unknown language"],
    ["one of several", { languages: ["en", "Klingon"] }, "unknown language"],
    ["one and several", { language: "en", languages: ["en"] }, "exclude each other"],
    ["no tokens", { maxTokens: 0 }, "maxTokens is 0"],
    ["no chunks", { chunkSeconds: 0 }, "chunkSeconds is 0"],
    ["negative heat", { temperature: -1 }, "temperature"],
    ["NaN for heat", { temperature: Number.NaN }, "temperature is NaN"],
    ["NaN for a penalty", { repetitionPenalty: Number.NaN }, "repetitionPenalty is NaN"],
  ];
  test.each(cases)("%s", async (_, options, why) => {
    await using asr = await Asr.load(small);
    await expectAsrError(() => asr.transcribe(clip, options), "usage", why);
  });

  test("of the one call too", async () => {
    const options: object = { modle: "demo" };
    await expectAsrError(() => transcribe(demoSample, options), "usage", "did you mean model?");
  });

  test("samples without their rate are refused", async () => {
    await using asr = await Asr.load(small);
    const bare: unknown = clip.samples;
    const call = () => asr.transcribe(bare as Parameters<typeof asr.transcribe>[0]);
    await expectAsrError(call, "input", "sampleRate");
  });
});
