import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Model, type Session, type Stage } from "./model.ts";
import { promptIds } from "./prompt.ts";
import {
  difference,
  type GoldenCase,
  type GoldenSet,
  goldenSet,
  goldensFolder,
  readNpy,
  speech,
} from "./testing/goldens.ts";
import { Tokenizer } from "./tokenizer.ts";

// Each stage, in float32, against the official implementation with the same random weights.

const melBins = 128;

function read(session: Session, stage: Stage, length: number): Float32Array {
  const values = new Float32Array(length);
  expect(session.read(stage, values)).toBe(length);
  return values;
}

/** Every n-th column of [rows, columns]. */
function thinColumns(values: Float32Array, columns: number, every: number): Float32Array {
  return values.filter((_, i) => (i % columns) % every === 0);
}

/** Every n-th row of [rows, columns]. */
function thinRows(values: Float32Array, columns: number, every: number): Float32Array {
  return values.filter((_, i) => Math.floor(i / columns) % every === 0);
}

async function compare(set: GoldenSet, golden: GoldenCase, model: Model): Promise<void> {
  const { hiddenSize, vocabSize } = model.info;
  const expected = (stored: { file: string }) => readNpy(set.folder, stored.file).data;
  const tokenizer = await Tokenizer.load(set.folder);
  using session = model.session({ ignoreEos: true });

  expect(session.mel(speech(golden.samples))).toBe(golden.frames);
  const mel = thinColumns(
    read(session, "mel", melBins * golden.frames),
    golden.frames,
    golden.mel.every,
  );
  const melBound = golden.mel.tolerance ?? set.tolerances.mel;
  expect(difference(mel, expected(golden.mel))).toBeLessThanOrEqual(melBound);

  expect(session.encode()).toBe(golden.audioTokens);
  const rows = read(session, "encoder", golden.audioTokens * hiddenSize);
  const encoder = thinRows(rows, hiddenSize, golden.encoder.every);
  const encoderDistance = difference(encoder, expected(golden.encoder));
  expect(encoderDistance).toBeLessThanOrEqual(set.tolerances.encoder);

  const { language, context } = golden;
  const ids = promptIds(tokenizer, golden.audioTokens, {
    language: language ?? undefined,
    context,
  });
  expect([...ids]).toEqual([...expected(golden.inputIds)]);

  expect(session.prefill(ids)).toBe(ids.length);
  const logits = read(session, "logits", vocabSize);
  expect(difference(logits, expected(golden.logitsLast))).toBeLessThanOrEqual(
    set.tolerances.logits,
  );

  const steps = golden.stepLogits === undefined ? undefined : expected(golden.stepLogits);
  const tokens = [...expected(golden.tokens)];
  const chosen: (number | null)[] = [];
  for (const step of tokens.keys()) {
    if (steps !== undefined) {
      const row = steps.slice(step * vocabSize, (step + 1) * vocabSize);
      const distance = difference(read(session, "logits", vocabSize), row);
      expect(distance).toBeLessThanOrEqual(set.tolerances.logits);
    }
    chosen.push(session.next());
  }
  expect(chosen).toEqual(tokens);
}

describe.each(["small", "small-q4", "small-mixed"])("%s equals the official model", (name) => {
  const set = goldenSet(name);
  test.each(set.cases)("$name", async (golden) => {
    using model = Model.open(set.folder, { precision: "full" });
    await compare(set, golden, model);
  });
});

interface MelGolden {
  name: string;
  input: string;
  mel: string;
  frames: number;
  tolerance: number;
}

describe("mel of hard signals", () => {
  const folder = join(goldensFolder, "mel");
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const cases: MelGolden[] = manifest.cases ?? manifest.signals;
  test.each(cases)("$name", ({ input, mel, frames, tolerance }) => {
    using model = Model.open(join(goldensFolder, "small"));
    using session = model.session();
    expect(session.mel(Float32Array.from(readNpy(folder, input).data))).toBe(frames);
    const found = read(session, "mel", melBins * frames);
    expect(difference(found, readNpy(folder, mel).data)).toBeLessThanOrEqual(tolerance);
  });
});

test("rewinding gives what a fresh prefill gives", async () => {
  const folder = join(goldensFolder, "small-q4");
  using model = Model.open(folder, { precision: "full" });
  const tokenizer = await Tokenizer.load(folder);
  const { vocabSize } = model.info;
  using session = model.session({ ignoreEos: true });
  session.mel(speech(37_520));
  const ids = promptIds(tokenizer, session.encode());
  session.prefill(ids);
  const fresh = read(session, "logits", vocabSize);
  const first = Array.from({ length: 6 }, () => session.next());

  const kept = ids.length - 5;
  expect(session.rewind(kept)).toBe(kept);
  expect(session.prefill(ids.slice(kept))).toBe(ids.length);
  // The same numbers in batches of another length: rounding may differ in the last bits.
  expect(difference(read(session, "logits", vocabSize), fresh)).toBeLessThanOrEqual(1e-4);
  expect(Array.from({ length: 6 }, () => session.next())).toEqual(first);

  session.rewind(0);
  session.prefill(ids);
  expect(Array.from({ length: 6 }, () => session.next())).toEqual(first);
});
