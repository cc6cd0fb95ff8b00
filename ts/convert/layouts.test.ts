import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine } from "../engine/decode/engine.ts";
import { Model } from "../native/model.ts";
import { CheckpointFolders, source, whole } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { goldenSet, goldensFolder } from "../testing/goldens.ts";
import { compareWithOfficial } from "../testing/parity.ts";
import { readSafetensors, type Tensors } from "../testing/safetensors.ts";
import { convertCheckpoint } from "./convert.ts";
import type { Layout } from "./output-layout.ts";
import { type Bits, uniform } from "./recipe.ts";

// Whatever layout a checkpoint has, it becomes the same one, and that opens.

const scratch = mkdtempSync(join(tmpdir(), "bun-asr-convert-layouts-"));
const folders = new CheckpointFolders();
afterAll(() => {
  rmSync(scratch, { recursive: true });
  folders[Symbol.dispose]();
});

let count = 0;

async function converted(from: string, bits: Bits): Promise<string> {
  const out = join(scratch, String(count++));
  await convertCheckpoint(from, out, { recipe: { bits: uniform(bits), groupSize: 64 } });
  return out;
}

function weights(folder: string): Tensors {
  return readSafetensors(readFileSync(join(folder, "model.safetensors")));
}

type Fields = Record<string, unknown>;

function config(folder: string): Fields & { thinker_config: Record<string, Fields> } {
  return JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
}

const saved = join(goldensFolder, "small-hf");

describe("what transformers 5 saved", () => {
  test("becomes the official configuration, without the names of transformers", async () => {
    const out = await converted(saved, "none");
    const { thinker_config: thinker, ...root } = config(out);
    expect(Object.keys(root).sort()).toEqual([
      "architectures",
      "model_type",
      "transformers_version",
    ]);
    expect(thinker["audio_config"]).toMatchObject({
      model_type: "qwen3_asr_audio_encoder",
      d_model: 48,
      encoder_layers: 1,
      encoder_attention_heads: 3,
      encoder_ffn_dim: 64,
    });
    expect(thinker["text_config"]).toMatchObject({ rope_theta: 1e6, num_hidden_layers: 14 });
    expect(thinker["text_config"]).not.toHaveProperty("rope_parameters");
    expect(
      [...weights(out).keys()].filter((name) => /^(?!audio_tower|model\.)/.test(name)),
    ).toEqual([]);
    expect([...weights(out).keys()].join()).not.toMatch(/language_model|projector/);
  });

  test("gives the same numbers as before", async () => {
    const set = goldenSet("small-hf");
    using model = Model.open(await converted(saved, "none"), { precision: "full" });
    const found = await compareWithOfficial(set, set.cases[0]!, model);
    expect(found.logits).toBeLessThanOrEqual(set.tolerances.logits);
    expect(found.tokens).toEqual(found.officialTokens);
  });

  test("opens with its vocabulary, which is tokenizer.json alone", async () => {
    using engine = await Engine.open(await converted(saved, 4));
    expect(engine.model.info.decoderLayers).toBe(14);
  });

  test("is converted again from what was written", async () => {
    const first = await converted(saved, "none");
    const second = await converted(first, "none");
    expect(config(second)).toEqual(config(first));
    expect([...weights(second)]).toEqual([...weights(first)]);
  });
});

test("the newer names give the same codes as the official ones", async () => {
  const named = new Map(
    [...whole].map(([name, tensor]) => [
      name
        .replace(/^thinker\.audio_tower\.proj([12])\./, "model.multi_modal_projector.linear_$1.")
        .replace(/^thinker\.audio_tower\./, "model.audio_tower.")
        .replace(/^thinker\.model\./, "model.language_model.")
        .replace(/^thinker\./, ""),
      tensor,
    ]),
  );
  const out = await converted(folders.single(named), 4);
  const expected = weights(join(goldensFolder, "small-q4"));
  expect([...weights(out).keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { data }] of weights(out)) {
    expect(Buffer.compare(data, expected.get(name)!.data)).toBe(0);
  }
});

test("Mega-ASR leaves its router and its LoRA behind, and is a plain model then", async () => {
  const { thinker_config: thinker } = config(source);
  const { audio_config: audio, text_config: text } = thinker;
  const tensors = new Map(whole);
  tensors.set("model.layers.0.mlp.up_proj.lora_A.weight", whole.get("thinker.model.norm.weight")!);
  const folder = folders.single(tensors);
  const mega = {
    model_type: "mega_asr",
    audio_config: audio,
    text_config: text,
    audio_token_id: 397,
  };
  const extras = { router_config: { d_model: 256 }, lora_weights: "extras/lora.safetensors" };
  writeFileSync(join(folder, "config.json"), JSON.stringify({ ...mega, ...extras }));
  using model = Model.open(folder);
  expect(model.info.notes.length).toBe(1);
  const out = await converted(folder, "none");
  expect(config(out)).toEqual({ ...mega, model_type: "qwen3_asr" } as never);
  using result = await Engine.open(out);
  expect(result.model.info.notes).toEqual([]);
});

describe("other layouts are written, too", () => {
  async function laidOut(from: string, layout: Layout): Promise<string> {
    const out = join(scratch, String(count++));
    const recipe = { bits: uniform("none"), groupSize: 64 } as const;
    await convertCheckpoint(from, out, { recipe, layout });
    return out;
  }

  test("what transformers 5 saved comes back from the official one, byte for byte", async () => {
    const official = await laidOut(saved, "official");
    expect([...weights(official).keys()].every((name) => name.startsWith("thinker."))).toBe(true);
    const back = weights(await laidOut(official, "transformers"));
    const expected = weights(saved);
    expect([...back.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { shape, data }] of back) {
      expect(shape).toEqual(expected.get(name)!.shape);
      expect(Buffer.compare(data, expected.get(name)!.data)).toBe(0);
    }
  });

  test("MLX's order of axes is turned back", async () => {
    const mlx = await laidOut(source, "mlx");
    for (const [name, { shape, data }] of weights(await laidOut(mlx, "official"))) {
      expect(shape).toEqual(whole.get(name)!.shape);
      expect(Buffer.compare(data, whole.get(name)!.data)).toBe(0);
    }
  });

  test.each(["official", "transformers"] as const)("%s gives the same numbers", async (layout) => {
    const set = goldenSet("small");
    for (const from of [source, await laidOut(source, "mlx")]) {
      const folder = await laidOut(from, layout);
      using model = Model.open(folder, { precision: "full" });
      const found = await compareWithOfficial(set, set.cases[2]!, model);
      expect(found.logits).toBeLessThanOrEqual(set.tolerances.logits);
      expect(found.tokens).toEqual(found.officialTokens);
      using _ = await Engine.open(folder);
    }
  });

  test("but not with quantized weights", async () => {
    const out = join(scratch, "refused");
    const recipe = { bits: uniform(4), groupSize: 64 } as const;
    const attempt = () => convertCheckpoint(source, out, { recipe, layout: "official" });
    await expectAsrError(attempt, "usage", "the layout official has no quantized weights");
  });
});
