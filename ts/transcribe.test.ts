import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { demoSample } from "./demo.ts";
import { expectAsrError } from "./testing/expect-error.ts";
import { goldensFolder, speech } from "./testing/goldens.ts";
import { Asr, type Progress, transcribe } from "./transcribe.ts";

const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();
const small = join(goldensFolder, "small-q4");

describe("the demo", () => {
  test("reads its sample, as one call", async () => {
    const transcript = await transcribe(demoSample);
    expect(transcript.text).toBe(sampleText);
    expect(transcript).toMatchObject({ language: "English", finishReason: "eos" });
    expect(transcript.duration).toBeGreaterThan(1);
    expect(transcript.usage.outputTokens).toBeGreaterThan(5);
    expect(transcript.rtf).toBeLessThan(5);
  });

  test("gives the text in pieces", async () => {
    using asr = await Asr.load();
    let text = "";
    for await (const piece of asr.pieces(demoSample)) text += piece;
    expect(text.trim()).toBe(sampleText);
  });

  test("reads silence, 20 ms and one sample without failing", async () => {
    using asr = await Asr.load();
    for (const length of [1, 159, 160, 320, 16_000, 48_000]) {
      const { finishReason, timings } = await asr.transcribe({
        samples: new Float32Array(length),
        sampleRate: 16_000,
      });
      expect(["eos", "length"]).toContain(finishReason);
      expect(timings.totalMs).toBeGreaterThan(0);
    }
  });
});

describe("random weights", () => {
  const clip = { samples: speech(16_000), sampleRate: 16_000 };

  test("stop at maxTokens and say so", async () => {
    using asr = await Asr.load(small);
    const transcript = await asr.transcribe(clip, { maxTokens: 5, language: "en" });
    expect(transcript).toMatchObject({
      usage: { outputTokens: 5 },
      finishReason: "length",
      language: "English",
    });
  });

  test("give the same transcript twice, and two at once", async () => {
    using asr = await Asr.load(small);
    const options = { maxTokens: 12, language: "en" };
    const text = async () => (await asr.transcribe(clip, options)).text;
    const first = await text();
    expect(await Promise.all([text(), text()])).toEqual([first, first]);
  });

  test("sample by seed", async () => {
    using asr = await Asr.load(small);
    const text = async (seed: number) =>
      (await asr.transcribe(clip, { maxTokens: 12, language: "en", temperature: 5, seed })).text;
    expect(await text(1)).toBe(await text(1));
    expect(await text(1)).not.toBe(await text(2));
  });

  test("report each stage in order", async () => {
    using asr = await Asr.load(small);
    const seen: Progress[] = [];
    await asr.transcribe(clip, { maxTokens: 3, onProgress: (progress) => seen.push(progress) });
    const stages = seen.map(({ stage }) => stage);
    expect(stages).toEqual(["audio", "mel", "encode", "prefill", "decode", "decode", "decode"]);
    expect(seen.at(-1)).toEqual({ stage: "decode", duration: 1, tokens: 2 });
  });

  test("stop at an abort, between two tokens", async () => {
    using asr = await Asr.load(small);
    const controller = new AbortController();
    const onProgress = ({ tokens }: Progress) => tokens === 3 && controller.abort();
    const work = asr.transcribe(clip, {
      ...{ maxTokens: 50, signal: controller.signal },
      onProgress: (progress) => void onProgress(progress),
    });
    await expect(work).rejects.toThrow("abort");
    expect((await asr.transcribe(clip, { maxTokens: 1 })).usage.outputTokens).toBe(1);
  });

  test("refuse work after close, also between two pieces", async () => {
    const asr = await Asr.load(small);
    const pieces = asr.pieces(clip, { language: "en", maxTokens: 50 });
    await pieces.next();
    asr.close();
    asr.close();
    await expectAsrError(() => pieces.next(), "usage", "closed");
    await expectAsrError(() => asr.transcribe(clip), "usage", "closed");
  });
});

describe("options are checked", () => {
  const cases: [string, object, string][] = [
    ["langauge", { langauge: "en" }, "did you mean language?"],
    ["max_tokens", { max_tokens: 3 }, "did you mean maxTokens?"],
    ["an unknown language", { language: "Klingon" }, "unknown language"],
    ["no tokens", { maxTokens: 0 }, "maxTokens is 0"],
    ["negative heat", { temperature: -1 }, "temperature"],
    ["NaN for heat", { temperature: Number.NaN }, "temperature is NaN"],
  ];
  test.each(cases)("%s", async (_, options, why) => {
    using asr = await Asr.load(small);
    const clip = { samples: speech(1600), sampleRate: 16_000 };
    await expectAsrError(() => asr.transcribe(clip, options), "usage", why);
  });

  test("of the one call too", async () => {
    const options: object = { modle: "demo" };
    await expectAsrError(() => transcribe(demoSample, options), "usage", "did you mean model?");
    await expectAsrError(() => transcribe(demoSample, { model: "/none" }), "model", "/none");
  });
});
