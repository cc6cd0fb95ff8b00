import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { difference, goldenSet, goldensFolder, readNpy, speech } from "../testing/goldens.ts";
import { compareWithOfficial } from "../testing/parity.ts";
import { promptIds } from "../text/prompt.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { Model, type Session, type Stage } from "./model.ts";

// Each stage, in float32, against the official implementation with the same random weights.

const melBins = 128;

function read(session: Session, stage: Stage, length: number): Float32Array {
  const values = new Float32Array(length);
  expect(session.read(stage, values)).toBe(length);
  return values;
}

describe.each(["small", "small-q4", "small-mixed", "small-hf"])(
  "%s equals the official model",
  (name) => {
    const set = goldenSet(name);
    test.each(set.cases)("$name", async (golden) => {
      using model = Model.open(set.folder, { precision: "full" });
      const found = await compareWithOfficial(set, golden, model);
      expect(found.frames).toBe(golden.frames);
      expect(found.mel).toBeLessThanOrEqual(golden.mel.tolerance ?? set.tolerances.mel);
      expect(found.audioTokens).toBe(golden.audioTokens);
      expect(found.encoder).toBeLessThanOrEqual(set.tolerances.encoder);
      expect(found.promptIsEqual).toBe(true);
      expect(found.logits).toBeLessThanOrEqual(set.tolerances.logits);
      expect(found.tokens).toEqual(found.officialTokens);
    });
  },
);

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
