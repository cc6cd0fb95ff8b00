import { describe, expect, test } from "bun:test";
import { openAudio } from "../../audio/open.ts";
import { sampleRate } from "../../audio/samples/recording.ts";
import { AsrError } from "../../contract/errors.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { speech } from "../../testing/goldens.ts";
import { collect, wordsTold } from "../../testing/live.ts";
import { scriptedPlace } from "../../testing/scripted-aligner.ts";
import { endlessly, type Script, scriptedEngine } from "../../testing/scripted-model.ts";
import { english, hears, kindsOf, wordsOf, wordsTranscript } from "../../testing/words.ts";
import { recordingOptions } from "../recording/options.ts";
import { streamRecording, transcribeRecording } from "../recording/transcribe.ts";
import { AlignerSource } from "./aligner-source.ts";

describe("words", () => {
  test("are not there where nobody asks for them", async () => {
    const result = await wordsTranscript({}, { hears });
    expect(result.segments[0]).not.toHaveProperty("words");
    expect(result.timings).not.toHaveProperty("wordsMs");
  });

  test("by the aligner have its times", async () => {
    const { source, model } = scriptedPlace();
    const result = await wordsTranscript({ words: "aligner" }, { source });
    expect(wordsOf(result)).toMatchObject([
      { text: "One", start: 0, end: 0.16, estimated: false },
      { text: "two", start: 0.24, end: 0.4, estimated: false },
      { text: "three.", start: 0.48, end: 0.64, estimated: false },
    ]);
    expect(result.segments[0]).toMatchObject({ start: 0, end: 0.64, estimated: false });
    expect(result.timings.wordsMs).toBe(7);
    expect(result).not.toHaveProperty("notes");
    expect(model.questions).toEqual([{ seconds: 4, text: "Onetwothree", words: 3 }]);
    expect(model.open).toBe(0);
  });

  test("by attention have those at which their tokens were heard", async () => {
    const result = await wordsTranscript({ words: "attention" }, { hears });
    expect(kindsOf(result)).toEqual([true, true, true]);
    expect(result.segments[0]?.estimated).toBe(true);
    expect(result.timings.wordsMs).toBeGreaterThan(0);
  });

  test("are the aligner's in each part of a chunk that was decoded in halves", async () => {
    const { source, model } = scriptedPlace();
    const script: Script = ({ seconds }) =>
      seconds > 6 ? endlessly(`${english}so `) : `${english}One two.`;
    const result = await wordsTranscript({ words: "aligner" }, { source, script, seconds: 8 });
    expect(result.chunks).toHaveLength(2);
    expect(wordsOf(result).map(({ text }) => text)).toEqual(["One", "two.", "One", "two."]);
    const [, second] = result.chunks;
    expect(wordsOf(result)[2]?.start).toBeCloseTo(second!.start, 3);
    expect(model.questions.map(({ seconds }) => seconds).reduce((a, b) => a + b)).toBe(8);
  });

  test("of a text with nothing to say are no question, and of silence none", async () => {
    const { source, model } = scriptedPlace();
    for (const words of ["aligner", "attention"] as const) {
      const script: Script = () => `${english}…`;
      const result = await wordsTranscript({ words }, { source, script, hears });
      expect(wordsOf(result)).toMatchObject([{ text: "…", estimated: true }]);
      const silent = await wordsTranscript({ words }, { source, script: () => english, hears });
      expect([silent.text, silent.segments]).toEqual(["", []]);
    }
    expect(model.questions).toEqual([]);
  });

  test("of channels that are heard each on its own carry the channel", async () => {
    const { source } = scriptedPlace();
    const { engine } = scriptedEngine(({ session }) => `${english}Party ${"AB"[session % 2]}.`);
    const one = speech(4 * sampleRate);
    const samples = new Float32Array(2 * one.length);
    for (const [index, sample] of one.entries()) {
      samples[2 * index] = sample;
      samples[2 * index + 1] = one.at(-1 - index)!;
    }
    const input = { samples, sampleRate, channels: 2 };
    const settings = { words: "aligner", channel: "each" } as const;
    const options = recordingOptions(engine, settings, source);
    const open = () => openAudio(input, { channel: "each" });
    const heard = await collect(streamRecording(engine, open, options));
    const told = wordsTold(heard).map(({ channel, text }) => `${channel} ${text}`);
    expect(told.toSorted()).toEqual(["1 A.", "1 Party", "2 B.", "2 Party"]);
  });

  test("of many chunks are found one after the other", async () => {
    const { source, model } = scriptedPlace();
    const settings = { words: "aligner", chunkSeconds: 2 } as const;
    const result = await wordsTranscript(settings, { source, seconds: 20 });
    expect(result.chunks.length).toBeGreaterThan(8);
    expect(kindsOf(result)).toHaveLength(3 * result.chunks.length);
    expect(model.maxOpen).toBe(1);
  });

  test("do not keep chunks from being decoded together", async () => {
    const { source, model } = scriptedPlace();
    const { engine, model: recognizer } = scriptedEngine(() => `${english}One two three.`, {
      maxBatch: 3,
    });
    model.slices = 20;
    const settings = { words: "aligner", chunkSeconds: 2 } as const;
    const open = () => openAudio({ samples: speech(40 * sampleRate), sampleRate });
    const options = recordingOptions(engine, settings, source);
    const { chunks } = await transcribeRecording(engine, open, options);
    expect(model.questions).toHaveLength(chunks.length);
    const full = recognizer.steps.filter((sessions) => sessions === 3).length;
    expect(full).toBeGreaterThan(0.7 * recognizer.steps.length);
  });
});

test("chunks whose words are timed are at most 180 s long", () => {
  const { engine } = scriptedEngine(() => "", { hears });
  const chunkSeconds = 1200;
  for (const words of ["aligner", "auto", "attention"] as const) {
    expect(recordingOptions(engine, { words, chunkSeconds }).chunkSeconds).toBe(175);
  }
  expect(recordingOptions(engine, { chunkSeconds })).toMatchObject({ chunkSeconds });
});

test("an abort while the aligner works is heard, and the model is free", async () => {
  const abort = new AbortController();
  const { source, model } = scriptedPlace((question) => {
    abort.abort(new AsrError("aborted", "enough"));
    return Array(question.words).fill([0, 1]);
  });
  const call = () => wordsTranscript({ words: "aligner" }, { source, signal: abort.signal });
  await expectAsrError(call, "aborted", "enough");
  expect(model.open).toBe(0);
});

test("progress of the aligner's opening is told", async () => {
  const { source } = scriptedPlace();
  let told = 0;
  const place = {
    ...source.place,
    open: (context: Parameters<typeof source.place.open>[0]) => {
      context.onProgress?.({ phase: "load", done: 0, total: undefined });
      return source.place.open(context);
    },
  };
  const given = { source: new AlignerSource(place), onOpening: () => told++ };
  await wordsTranscript({ words: "aligner" }, given);
  expect(told).toBe(1);
});
