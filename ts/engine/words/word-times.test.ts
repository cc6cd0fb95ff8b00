import { describe, expect, test } from "bun:test";
import { openAudio } from "../../audio/open.ts";
import { sampleRate } from "../../audio/samples/recording.ts";
import { AsrError } from "../../contract/errors.ts";
import type { CheckedSettings } from "../../contract/options.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { speech } from "../../testing/goldens.ts";
import { collect, wordsTold } from "../../testing/live.ts";
import { scriptedPlace } from "../../testing/scripted-aligner.ts";
import { endlessly, type Script, scriptedEngine } from "../../testing/scripted-model.ts";
import { recordingOptions } from "../recording/options.ts";
import { streamRecording, transcribeRecording } from "../recording/transcribe.ts";
import { AlignerSource } from "./aligner-source.ts";
import { canTimeWords } from "./word-times.ts";

const english = "language English<asr_text>";

/** Tokens are heard half a second after each other. */
const hears = (token: number) => 0.5 * token;

interface Given {
  script?: Script;
  hears?: ((token: number) => number) | undefined;
  source?: AlignerSource;
  seconds?: number;
  signal?: AbortSignal;
  onOpening?: () => void;
}

async function transcript(settings: CheckedSettings, given: Given = {}): Promise<Transcript> {
  const { script = () => `${english}One two three.`, source, seconds = 4, ...context } = given;
  const { engine } = scriptedEngine(script, { hears: given.hears, language: settings.language });
  const open = () => openAudio({ samples: speech(seconds * sampleRate), sampleRate });
  const options = recordingOptions(engine, settings, source);
  return await transcribeRecording(engine, open, options, context);
}

function wordsOf({ segments }: Transcript) {
  return segments.flatMap(({ words = [] }) => words);
}

/** Whether each word is estimated. */
const kinds = (result: Transcript) => wordsOf(result).map(({ estimated }) => estimated);

describe("words", () => {
  test("are not there where nobody asks for them", async () => {
    const result = await transcript({}, { hears });
    expect(result.segments[0]).not.toHaveProperty("words");
    expect(result.timings).not.toHaveProperty("wordsMs");
  });

  test("by the aligner have its times", async () => {
    const { source, model } = scriptedPlace();
    const result = await transcript({ words: "aligner" }, { source });
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
    const result = await transcript({ words: "attention" }, { hears });
    expect(kinds(result)).toEqual([true, true, true]);
    expect(result.segments[0]?.estimated).toBe(true);
    expect(result.timings.wordsMs).toBeGreaterThan(0);
  });

  test("are the aligner's in each part of a chunk that was decoded in halves", async () => {
    const { source, model } = scriptedPlace();
    const script: Script = ({ seconds }) =>
      seconds > 6 ? endlessly(`${english}so `) : `${english}One two.`;
    const result = await transcript({ words: "aligner" }, { source, script, seconds: 8 });
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
      const result = await transcript({ words }, { source, script, hears });
      expect(wordsOf(result)).toMatchObject([{ text: "…", estimated: true }]);
      const silent = await transcript({ words }, { source, script: () => english, hears });
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
    const result = await transcript(settings, { source, seconds: 20 });
    expect(result.chunks.length).toBeGreaterThan(8);
    expect(kinds(result)).toHaveLength(3 * result.chunks.length);
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

describe("auto", () => {
  test("takes the aligner that is here", async () => {
    const { source } = scriptedPlace();
    expect(kinds(await transcript({ words: "auto" }, { source, hears }))).toEqual(
      Array(3).fill(false),
    );
    expect(kinds(await transcript({ words: "auto" }, { source }))).toEqual(Array(3).fill(false));
  });

  test("takes attention where there is none, and says so where one was named", async () => {
    for (const isNamed of [false, true]) {
      const { source, opened } = scriptedPlace(undefined, { isNamed, isHere: async () => false });
      const result = await transcript({ words: "auto" }, { source, hears });
      expect([kinds(result), opened()]).toEqual([[true, true, true], 0]);
      const note = "times of words are estimated: the aligner (aligner) is not on this machine";
      expect(result.notes).toEqual(isNamed ? [note] : undefined);
    }
  });

  test("takes attention where the aligner cannot be opened, and says so", async () => {
    const open = () => Promise.reject(new AsrError("model", "it is broken"));
    const { source } = scriptedPlace(undefined, { open });
    const result = await transcript({ words: "auto" }, { source, hears });
    expect(kinds(result)).toEqual([true, true, true]);
    expect(result.notes).toEqual(["times of words are estimated, for it is broken"]);
    await expectAsrError(() => transcript({ words: "auto" }, { source }), "model", "broken");
  });

  test("keeps what attention told where the aligner fails midway, and says so", async () => {
    const { source } = scriptedPlace(() => {
      throw new AsrError("native", "no memory");
    });
    const result = await transcript({ words: "auto" }, { source, hears });
    expect(kinds(result)).toEqual([true, true, true]);
    expect(result.notes).toEqual(["some times of words are estimated, for no memory"]);
    await expectAsrError(() => transcript({ words: "auto" }, { source }), "native", "no memory");
    const call = () => transcript({ words: "aligner" }, { source, hears });
    await expectAsrError(call, "native", "no memory");
  });

  test("asks no aligner about a language that it does not know", async () => {
    const { source, opened } = scriptedPlace();
    const script: Script = () => "Eins zwei drei.";
    const settings = { words: "auto", language: "Polish" } as const;
    const result = await transcript(settings, { source, script, hears });
    expect([kinds(result), opened(), result.notes]).toEqual([[true, true, true], 0, undefined]);
  });

  test("names both ways where there is none", async () => {
    const { source } = scriptedPlace(undefined, { isHere: async () => false });
    const call = () => transcript({ words: "auto" }, { source });
    await expectAsrError(call, "usage", "no alignment heads", "--words aligner", "find-heads");
  });
});

test("what is to be known of an aligner's checkpoint is a note", async () => {
  const { source, model } = scriptedPlace();
  Object.assign(model, { info: { ...model.info, notes: ["it has few bits"] } });
  const result = await transcript({ words: "aligner" }, { source });
  expect(result.notes).toEqual(["it has few bits"]);
});

describe("what cannot be", () => {
  test("is attention of a model without heads", async () => {
    const call = () => transcript({ words: "attention" });
    await expectAsrError(call, "usage", "no alignment heads", "--words aligner", "find-heads");
  });

  test("is a language that the aligner does not know, of a model without heads", async () => {
    const { source } = scriptedPlace();
    const call = () => transcript({ words: "auto", language: "Thai" }, { source });
    const error = await expectAsrError(call, "usage", "no alignment heads", "find-heads");
    expect(error.hint).not.toContain("--words aligner");
  });

  test("is an aligner that cannot be opened: nothing is decoded", async () => {
    const open = () => Promise.reject(new AsrError("model", "it is broken"));
    const { source } = scriptedPlace(undefined, { open });
    let isDecoded = false;
    const script: Script = () => {
      isDecoded = true;
      return english;
    };
    const call = () => transcript({ words: "aligner" }, { source, hears, script });
    await expectAsrError(call, "model", "broken");
    expect(isDecoded).toBe(false);
  });
});

describe("a language that the aligner turns out not to know", () => {
  const script: Script = ({ session }) =>
    session % 2 === 0 ? `${english}One two.` : "language Thai<asr_text>Uno due tre.";

  test("has the words of its chunks by attention, and a note", async () => {
    const { source } = scriptedPlace();
    const settings = { words: "aligner", chunkSeconds: 2 } as const;
    const result = await transcript(settings, { source, script, hears, seconds: 4 });
    expect(kinds(result)).toEqual([false, false, true, true, true]);
    expect(result.notes).toEqual([
      "the aligner does not know Thai: times of words in it are estimated",
    ]);
  });

  test("has none without heads, and a note", async () => {
    const { source } = scriptedPlace();
    const settings = { words: "aligner", chunkSeconds: 2 } as const;
    const result = await transcript(settings, { source, script, seconds: 4 });
    expect(kinds(result)).toEqual([false, false]);
    expect(result.text).toBe("One two. Uno due tre.");
    expect(result.notes).toEqual([expect.stringContaining("Thai: words in it have no times")]);
  });
});

test("an abort while the aligner works is heard, and the model is free", async () => {
  const abort = new AbortController();
  const { source, model } = scriptedPlace((question) => {
    abort.abort(new AsrError("aborted", "enough"));
    return Array(question.words).fill([0, 1]);
  });
  const call = () => transcript({ words: "aligner" }, { source, signal: abort.signal });
  await expectAsrError(call, "aborted", "enough");
  expect(model.open).toBe(0);
});

test.each([
  [true, undefined, false, true],
  [false, undefined, true, true],
  [false, undefined, false, false],
  [false, "Thai", true, false],
  [false, "German", true, true],
] as const)(
  "heads %p, language %p, an aligner here %p: %p",
  async (heads, language, here, able) => {
    const { engine } = scriptedEngine(() => "", { hears: heads ? hears : undefined });
    const { source } = scriptedPlace(undefined, { isHere: async () => here });
    const { signal } = new AbortController();
    expect(await canTimeWords(engine, source, { language }, signal)).toBe(able);
  },
);

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
  await transcript({ words: "aligner" }, given);
  expect(told).toBe(1);
});
