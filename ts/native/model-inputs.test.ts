import { describe, expect, test } from "bun:test";
import { source } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { speech } from "../testing/goldens.ts";
import { promptIds } from "../text/prompt.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { Model } from "./model.ts";

// What products were given, of a model that was opened to remember it.

const tokenizer = await Tokenizer.load(source);

function listen(model: Model, seconds: number, tokens = 2): number[] {
  using session = model.session({ ignoreEos: true });
  session.mel(speech(16_000 * seconds));
  session.prefill(promptIds(tokenizer, session.encode()));
  return Array.from({ length: tokens }, () => session.next()!);
}

/** The width of the goldens' encoder. */
const width = 128;

describe("an observed model", () => {
  test("writes the same tokens", () => {
    using plain = Model.open(source, { precision: "full" });
    using observed = Model.open(source, { precision: "full", observeInputs: true });
    expect(listen(observed, 2, 8)).toEqual(listen(plain, 2, 8));
  });

  test("knows the mean squares that every module saw", () => {
    using model = Model.open(source, { observeInputs: true });
    const { hiddenSize } = model.info;
    const before = model.inputs("model.layers.0.self_attn.q_proj", hiddenSize);
    expect(before).toEqual(new Float32Array(hiddenSize));
    listen(model, 2);
    const query = model.inputs("model.layers.0.self_attn.q_proj", hiddenSize);
    expect(query.every((square) => square > 0 && Number.isFinite(square))).toBe(true);
    // Of the same input: one product for all three.
    expect(model.inputs("model.layers.0.self_attn.v_proj", hiddenSize)).toEqual(query);
    const gate = model.inputs("model.layers.1.mlp.gate_proj", hiddenSize);
    expect(gate).not.toEqual(query);
    // What an RMS norm gave has a mean square near that of its weights.
    const mean = gate.reduce((sum, square) => sum + square, 0) / hiddenSize;
    expect(mean).toBeGreaterThan(0.1);
    expect(mean).toBeLessThan(10);
  });
});

test("the mean is over all rows, whatever the sessions", () => {
  using model = Model.open(source, { observeInputs: true });
  listen(model, 2);
  const once = model.inputs("audio_tower.layers.0.fc1", width);
  listen(model, 2);
  for (const [input, square] of model.inputs("audio_tower.layers.0.fc1", width).entries()) {
    expect(square).toBeCloseTo(once[input]!, 5);
  }
});

describe("refused", () => {
  test("of a model that was not asked to remember", async () => {
    using model = Model.open(source);
    await expectAsrError(() => model.inputs("lm_head", 1), "usage", "observeInputs");
  });

  test("a module that is not there, a buffer that is too small", async () => {
    using model = Model.open(source, { observeInputs: true });
    await expectAsrError(() => model.inputs("model.layers.99.fc", 1), "usage", "model.layers.99");
    await expectAsrError(() => model.inputs("model.embed_tokens", 1), "usage", "embed_tokens");
    await expectAsrError(() => model.inputs("audio_tower.proj1", 1), "usage", "bytes");
  });
});
