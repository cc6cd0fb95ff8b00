import { afterAll, describe, expect, test } from "bun:test";
import { spokenWords } from "../../align/words/words.ts";
import { Asr } from "../../asr.ts";
import { AsrSync } from "../../asr-sync.ts";
import type { Progress } from "../../contract/options.ts";
import { demoSample } from "../../native/locate.ts";
import { alignerConfig, alignerFolder, alignerTensors } from "../../testing/aligner.ts";
import { CheckpointFolders, source } from "../../testing/checkpoint.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { speech } from "../../testing/goldens.ts";
import { wordsTold } from "../../testing/live.ts";
import { quarterly, ScriptedAligner } from "../../testing/scripted-aligner.ts";
import { scriptTokenizer } from "../../testing/scripted-model.ts";
import { Stages } from "../decode/stages.ts";
import { Aligner } from "./aligner.ts";

const folders = new CheckpointFolders();
afterAll(() => folders[Symbol.dispose]());

/** A small aligner of random weights; this is the id of `<timestamp>` in its vocabulary. */
function aligner(timestamp = 399): string {
  const config = alignerConfig((config) => {
    config["timestamp_token_id"] = timestamp;
  });
  return alignerFolder(folders, alignerTensors, config);
}

const folder = aligner();
const party = { party: {} };

function question(text: string, seconds = 2) {
  const samples = speech(seconds * 16_000);
  return { samples, start: 5, seconds, text, words: spokenWords(text, "English") };
}

describe("an aligner", () => {
  test("of a checkpoint times the words of a text", async () => {
    using open = await Aligner.open(folder, { precision: "full" });
    const text = "Turn on the light, please.";
    const found = await open.times(question(text), new Stages(), party);
    expect(found!.words.map(({ from, to }) => text.slice(from, to))).toEqual(text.split(" "));
    let last = 5;
    for (const { start, end } of found!.words) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(end).toBeGreaterThan(start);
      last = end;
    }
    expect(last).toBeLessThanOrEqual(7);
    expect(found!.wordsMs).toBeGreaterThan(0);
    const again = await open.times(question(text), new Stages(), party);
    expect(again!.words).toEqual(found!.words);
  });

  test("is refused where it is a recognizer, or has another vocabulary", async () => {
    await expectAsrError(() => Aligner.open(source), "model", "is a recognizer", source);
    const other = aligner(380);
    await expectAsrError(
      () => Aligner.open(other),
      "model",
      "<timestamp> is 399",
      "says 380",
      other,
    );
  });

  test("says what it has no room for", async () => {
    const model = new ScriptedAligner(quarterly);
    using open = new Aligner(model, scriptTokenizer);
    const text = "word ".repeat(2000);
    const call = () => open.times(question(text), new Stages(), party);
    await expectAsrError(call, "input", "2000 words in 2 s at 5 s", "the aligner has 4096");
    expect(model.open).toBe(0);
  });

  test("leaves at the signal, also while it waits for another", async () => {
    const model = new ScriptedAligner(quarterly);
    using open = new Aligner(model, scriptTokenizer);
    const abort = new AbortController();
    const stages = new Stages();
    const one = open.times(question("one"), stages, party);
    const two = open.times(question("two"), stages, { party: {}, signal: abort.signal });
    const live = open.times(question("three"), stages, { party: {}, isLive: true });
    expect(model.open).toBe(0);
    abort.abort();
    expect(await two).toBeUndefined();
    expect([await one, await live].map((found) => found?.words.length)).toEqual([1, 1]);
    expect([model.open, model.maxOpen]).toEqual([0, 2]);
  });
});

describe("a library", () => {
  test("opens the aligner when words first ask for it, and tells", async () => {
    await using asr = await Asr.load("demo", { aligner: folder });
    const phases = new Set<string>();
    const onProgress = ({ phase }: Progress) => phases.add(phase);
    const options = { words: "aligner", onProgress } as const;
    const { text, segments, timings } = await asr.transcribe(demoSample, options);
    expect([...phases].sort()).toEqual(["decode", "load"]);
    const words = segments.flatMap((segment) => segment.words!);
    expect(words.map((word) => word.text).join(" ")).toBe(text);
    expect(timings.wordsMs).toBeGreaterThan(0);
    for (const { probability } of words) {
      expect(probability).toBeGreaterThan(0.3);
      expect(probability).toBeLessThanOrEqual(1);
    }
    const events = await Array.fromAsync(asr.stream(demoSample, { ...options, live: true }));
    const told = wordsTold({ events, said: "", transcript: undefined });
    expect(told.map((word) => word.text)).toEqual(words.map((word) => word.text));
    expect(phases.size).toBe(2);
  });

  test("refuses a name that is none, and says what an aligner is not", async () => {
    await expectAsrError(() => Asr.load("demo", { aligner: "alignerr" }), "usage", "alignerr");
    await using asr = await Asr.load("demo", { aligner: source });
    const call = () => asr.transcribe(demoSample, { words: "aligner" });
    await expectAsrError(call, "model", "is a recognizer", source);
    expect((await asr.transcribe(demoSample)).text).toContain("kitchen");
  });

  test("that blocks has them, too", () => {
    using asr = AsrSync.load("demo", { aligner: folder });
    const { segments } = asr.transcribe(demoSample, { words: "aligner" });
    expect(segments.flatMap(({ words = [] }) => words)).toHaveLength(15);
  });

  test("says what to do without a network", async () => {
    const cacheDir = folders.with({});
    await using asr = await Asr.load("demo", { offline: true, cacheDir });
    const call = () => asr.transcribe(demoSample, { words: "aligner" });
    await expectAsrError(
      call,
      "model",
      "ForcedAligner",
      "the network is switched off",
      "models pull",
      "with --aligner DIR",
    );
  });
});
