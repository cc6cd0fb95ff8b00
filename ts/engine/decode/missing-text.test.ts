import { describe, expect, test } from "bun:test";
import type { AudioChunk } from "../../audio/speech/chunker.ts";
import {
  decodeOptions,
  endlessly,
  type Script,
  scriptedEngine,
  soundOf,
  voiceOf,
} from "../../testing/scripted-model.ts";
import type { DecodeOptions } from "./chunk.ts";
import { decodeWithFallback } from "./fallback.ts";
import { isTooShort } from "./missing-text.ts";

const header = "language English<asr_text>";
const enough = Array.from({ length: 40 }, (_, index) => `and ${index}`).join(" ");

async function decode(script: Script, audio: AudioChunk, options = decodeOptions()) {
  const { engine, model } = scriptedEngine(script);
  const context = { party: {}, name: "talk.wav", signal: undefined };
  const results = await decodeWithFallback(engine, audio, options, context);
  const chunks = results.map(({ chunk }) => chunk);
  const heard = model.sessions.map(({ counts }) => counts.encodeMs / 13);
  return { chunks, results, model, heard };
}

describe("a text", () => {
  test("is too short where a voice says far more", () => {
    expect(isTooShort(voiceOf(30), "Switch off the light.")).toBe(true);
    expect(isTooShort(voiceOf(30), "")).toBe(true);
    expect(isTooShort(voiceOf(30), "关灯。")).toBe(true);
    expect(isTooShort(voiceOf(30), enough)).toBe(false);
    expect(isTooShort(voiceOf(2), "")).toBe(false);
  });

  test("is not where the sound is no voice", () => {
    expect(isTooShort(soundOf(30), "")).toBe(false);
    expect(isTooShort(soundOf(30), "Switch off the light.")).toBe(false);
  });
});

describe("an answer that is too short", () => {
  test("is decoded again in halves", async () => {
    const script: Script = ({ seconds }) => header + (seconds > 20 ? "Well." : enough);
    const { chunks, heard, results, model } = await decode(script, voiceOf(30));
    expect(chunks.map(({ finishReason }) => finishReason)).toEqual(["eos", "eos"]);
    expect(chunks.map(({ text }) => text)).toEqual([enough, enough]);
    expect(heard[0]).toBe(30);
    expect(heard.length).toBe(3);
    const tokens = model.sessions.reduce((sum, { counts }) => sum + counts.decodeMs, 0);
    expect(results.reduce((sum, { outputTokens }) => sum + outputTokens, 0)).toBe(tokens);
  });

  test("in parts that suit the model where it is long", async () => {
    const script: Script = ({ seconds }) => header + (seconds > 45 ? "" : enough);
    const { chunks, heard } = await decode(script, voiceOf(120));
    expect(chunks.every(({ finishReason }) => finishReason === "eos")).toBe(true);
    expect(chunks[0]?.start).toBe(0);
    expect(chunks.at(-1)?.end).toBe(120);
    for (const [index, { end }] of chunks.slice(0, -1).entries()) {
      expect(chunks[index + 1]!.start).toBe(end);
    }
    expect(Math.max(...heard.slice(1))).toBeLessThanOrEqual(45);
  });

  test("everywhere is kept, and told of", async () => {
    const { chunks } = await decode(() => `${header}Well.`, voiceOf(30));
    for (const { text, finishReason } of chunks) {
      expect([text, finishReason]).toEqual(["Well.", "short"]);
    }
    const silent = await decode(() => "language None<asr_text>", voiceOf(30));
    expect(silent.chunks).toMatchObject([{ text: "", start: 0, end: 30, finishReason: "short" }]);
  });

  test("of noise is as it should be", async () => {
    const { chunks, model } = await decode(() => "language None<asr_text>", soundOf(30));
    expect(chunks).toMatchObject([{ text: "", finishReason: "eos" }]);
    expect(model.sessions.length).toBe(1);
  });
});

describe("no answer at all", () => {
  test.each([" \n \n ", "language Engl", "language", "<|im_start|><|im_start|>"])(
    "as %j, is decoded again, and told of",
    async (raw) => {
      const again = await decode(({ session }) => (session === 0 ? raw : header), soundOf(3));
      expect(again.chunks).toMatchObject([{ text: "", finishReason: "eos" }]);
      const { chunks } = await decode(() => raw, soundOf(3));
      expect(chunks).toMatchObject([{ text: "", finishReason: "garbled" }]);
    },
  );

  test("is blanks without end, too", async () => {
    const script: Script = ({ session }) => (session === 0 ? endlessly(" \n") : `${header}Half.`);
    const { chunks } = await decode(script, soundOf(8));
    expect(chunks.map(({ text }) => text)).toEqual(["Half.", "Half."]);
    const { chunks: none } = await decode(() => endlessly("\n"), soundOf(3));
    expect(none).toMatchObject([{ text: "", finishReason: "loop" }]);
  });
});

describe("what a long prompt leaves empty", () => {
  const options: DecodeOptions = decodeOptions({ prompt: "It is about the weather. ".repeat(99) });

  test("is decoded again without it", async () => {
    const script: Script = ({ context }) => header + (context === "" ? "Good morning." : "");
    const { chunks, model } = await decode(script, soundOf(2), options);
    expect(chunks).toMatchObject([{ text: "Good morning.", finishReason: "eos" }]);
    expect(model.sessions.length).toBe(2);
  });

  test("and without it, too, is told of where a voice is heard", async () => {
    const { chunks } = await decode(() => "language None<asr_text>", voiceOf(30), options);
    expect(chunks).toMatchObject([{ text: "", finishReason: "short" }]);
  });

  test("is nothing where nothing is heard", async () => {
    const { chunks } = await decode(() => "language None<asr_text>", soundOf(30), options);
    expect(chunks).toMatchObject([{ text: "", finishReason: "eos" }]);
  });

  test("is not exchanged for a loop", async () => {
    const script: Script = ({ context }) => (context === "" ? endlessly("so on ") : header);
    const { chunks } = await decode(script, soundOf(2), options);
    expect(chunks).toMatchObject([{ text: "", finishReason: "eos" }]);
  });
});
