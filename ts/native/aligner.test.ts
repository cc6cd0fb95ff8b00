import { afterAll, describe, expect, test } from "bun:test";
import {
  alignerClasses,
  alignerConfig,
  alignerFolder,
  alignerHead,
  alignerTimestamp,
} from "../testing/aligner.ts";
import { CheckpointFolders, source, whole } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { difference, speech } from "../testing/goldens.ts";
import { writeSafetensors } from "../testing/safetensors.ts";
import { Model, type Session } from "./model.ts";

// The classes that an aligner gives, against the recognizer's own way through the same decoder.

const folders = new CheckpointFolders();
afterAll(() => folders[Symbol.dispose]());
const folder = alignerFolder(folders);
const second = 16_000;

/** Words of a few tokens, each with its two slots. */
function promptOf(session: Session, audioTokens: number, words: number): Int32Array {
  const { audioPad } = session.model.info.tokens;
  const text = Array.from({ length: words }, (_, word) => [
    ...Array.from({ length: 1 + (word % 3) }, (_, part) => 20 + ((word * 31 + part * 7) % 340)),
    alignerTimestamp,
    alignerTimestamp,
  ]);
  return Int32Array.from([5, ...new Int32Array(audioTokens).fill(audioPad), 6, ...text.flat()]);
}

/** What an aligner says of so many seconds and words. */
function align(model: Model, seconds: number, words: number) {
  using session = model.session();
  session.mel(speech(seconds * second));
  const prompt = promptOf(session, session.encode(), words);
  expect(session.prefill(prompt)).toBe(prompt.length);
  const slots = session.slots();
  const logits = new Float32Array(slots.length * model.info.classes);
  if (logits.length > 0) session.read("logits", logits);
  return { slots, logits, prompt };
}

/** The same head over the recognizer's decoder, whose other words have no part in it. */
function headOverRecognizer(): string {
  const [rows, columns] = whole.get("thinker.model.embed_tokens.weight")!.shape as [number, number];
  const data = new Uint8Array(rows * columns * 2);
  data.set(alignerHead.data);
  const head = { dtype: "BF16", shape: [rows, columns], data };
  const config = alignerConfig((changed) => {
    changed.thinker_config["model_type"] = "qwen3_asr";
    delete changed.thinker_config["classify_num"];
  });
  return folders.with({
    "model.safetensors": writeSafetensors(new Map(whole).set("thinker.lm_head.weight", head)),
    "config.json": config,
  });
}

/** The logits after each `<timestamp>` of a prompt, as a recognizer gives them one by one. */
function oneByOne(prompt: Int32Array, seconds: number): Float32Array {
  using model = Model.open(headOverRecognizer(), { precision: "full" });
  using session = model.session();
  session.mel(speech(seconds * second));
  session.encode();
  const rows: number[] = [];
  let from = 0;
  const logits = new Float32Array(model.info.vocabSize);
  for (const [place, id] of prompt.entries()) {
    if (id !== alignerTimestamp) continue;
    session.prefill(prompt.slice(from, place + 1));
    session.read("logits", logits);
    rows.push(...logits.subarray(0, alignerClasses));
    from = place + 1;
  }
  return Float32Array.from(rows);
}

test("it tells what it is", () => {
  using model = Model.open(folder, { kind: "aligner" });
  expect(model.info).toMatchObject({ classes: alignerClasses, segmentMs: 80 });
  expect(model.info.tokens.timestamp).toBe(alignerTimestamp);
  using recognizer = Model.open(source);
  expect(recognizer.info).toMatchObject({ classes: 0, segmentMs: 0 });
  expect(recognizer.info.tokens).not.toHaveProperty("timestamp");
});

describe("slots are what the head says after each timestamp", () => {
  test.each([
    ["a moment", 0.3, 1],
    ["a sentence", 3, 12],
    ["groups of tokens", 45, 190],
  ])("%s", (_, seconds, words) => {
    using model = Model.open(folder, { kind: "aligner", precision: "full" });
    const { slots, logits, prompt } = align(model, seconds, words);
    expect(slots).toHaveLength(2 * words);
    // Logits here are some ten times as large as those of the goldens.
    expect(difference(logits, oneByOne(prompt, seconds))).toBeLessThanOrEqual(5e-5);
    const best = Array.from(slots, (_, slot) => {
      const row = logits.subarray(slot * alignerClasses, (slot + 1) * alignerClasses);
      return row.indexOf(Math.max(...row));
    });
    expect([...slots]).toEqual(best);
    if (words > 1) expect(new Set(slots).size).toBeGreaterThan(3);
  });
});

test("slice by slice they are the same to the bit", () => {
  using atOnce = Model.open(folder, { kind: "aligner", precision: "full" });
  const expected = align(atOnce, 45, 190);
  const smallest = { kind: "aligner", precision: "full", sliceOperations: 1 } as const;
  using model = Model.open(folder, smallest);
  using session = model.session();
  session.mel(speech(45 * second));
  session.encode();
  session.finish();
  session.prefill(expected.prompt);
  const left: number[] = [];
  do left.push(session.work());
  while (left.at(-1)! > 0);
  // A slice is a layer of a group of tokens, or the head for a group of slots.
  const groups = Math.ceil(expected.prompt.length / 512);
  expect(groups).toBeGreaterThan(1);
  const heads = Math.ceil(expected.slots.length / 512);
  expect(left.length).toBe(model.info.decoderLayers * groups + heads);
  expect(session.slots()).toEqual(expected.slots);
  const logits = new Float32Array(expected.logits.length);
  session.read("logits", logits);
  expect(logits).toEqual(expected.logits);
});

test("several texts are tried on the same audio, and no text gives no slots", () => {
  using model = Model.open(folder, { kind: "aligner" });
  using session = model.session();
  session.mel(speech(3 * second));
  const audioTokens = session.encode();
  const classesOf = (words: number) => {
    session.prefill(promptOf(session, audioTokens, words));
    return session.slots();
  };
  const first = classesOf(9);
  expect(classesOf(4)).toEqual(first.slice(0, 8));
  expect(session.slots()).toHaveLength(8);
  expect(classesOf(0)).toHaveLength(0);
  expect(classesOf(9)).toEqual(first);
  // Begun, and given up for another one.
  session.prefill(promptOf(session, audioTokens, 300));
  expect(classesOf(9)).toEqual(first);
  expect(session.report()).toMatchObject({ tokens: 0, position: audioTokens + 2 + 9 * 4 });
});

test("more words than three seconds can hold are answered", () => {
  using model = Model.open(folder, { kind: "aligner" });
  const { slots } = align(model, 3, 1000);
  expect(slots).toHaveLength(2000);
});

describe("calls that have no place", () => {
  test("of an aligner", async () => {
    using model = Model.open(folder, { kind: "aligner" });
    using session = model.session();
    const refuses = (text: string, action: () => unknown) => expectAsrError(action, "usage", text);
    await refuses("slots come after prefill", () => session.slots());
    session.mel(speech(second));
    const prompt = promptOf(session, session.encode(), 2);
    await refuses("12 for 13", () => session.prefill(prompt.filter((_, i) => i !== 3)));
    await refuses("14 for 13", () =>
      session.prefill(Int32Array.of(...prompt, session.model.info.tokens.audioPad)),
    );
    session.prefill(prompt);
    await refuses("an aligner writes no tokens: next", () => session.next());
    await refuses("an aligner writes no tokens: next", () => model.step([session]));
    await refuses("an aligner writes no tokens: rewind", () => session.rewind(0));
    await refuses("an aligner writes no tokens: bias", () =>
      session.bias(Int32Array.of(1), Float32Array.of(1)),
    );
    expect(session.slots()).toHaveLength(4);
  });

  test("of a recognizer", async () => {
    using model = Model.open(source);
    using session = model.session();
    await expectAsrError(() => session.slots(), "usage", "this model is a recognizer");
  });
});
