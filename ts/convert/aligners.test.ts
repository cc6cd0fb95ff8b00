import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Model } from "../native/model.ts";
import { alignerClasses, alignerFolder, alignerTimestamp } from "../testing/aligner.ts";
import { CheckpointFolders } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { speech } from "../testing/goldens.ts";
import { readSafetensors, type Tensors } from "../testing/safetensors.ts";
import { type ConvertOptions, convertCheckpoint } from "./convert.ts";
import { best, mixed, type Recipe, uniform } from "./recipe.ts";

// An aligner is converted as a recognizer is, but for its embedding and its head.

const scratch = mkdtempSync(join(tmpdir(), "bun-asr-convert-aligner-"));
const folders = new CheckpointFolders();
afterAll(() => {
  rmSync(scratch, { recursive: true });
  folders[Symbol.dispose]();
});
const official = alignerFolder(folders);
let count = 0;

async function converted(
  from: string,
  bits: Recipe["bits"],
  options: Partial<ConvertOptions> = {},
): Promise<{ folder: string; tensors: Tensors; raised: readonly string[] }> {
  const folder = join(scratch, String(count++));
  const { raised } = await convertCheckpoint(from, folder, {
    recipe: { bits, groupSize: 64 },
    ...options,
  });
  const tensors = readSafetensors(readFileSync(join(folder, "model.safetensors")));
  return { folder, tensors, raised };
}

/** What the head says of a few words in a second. */
function logitsOf(folder: string): Float32Array {
  using model = Model.open(folder, { kind: "aligner", precision: "full" });
  using session = model.session();
  session.mel(speech(16_000));
  const pads = new Int32Array(session.encode()).fill(model.info.tokens.audioPad);
  session.prefill(Int32Array.of(5, ...pads, 6, 30, alignerTimestamp, alignerTimestamp, 40, 380));
  const logits = new Float32Array(session.slots().length * alignerClasses);
  session.read("logits", logits);
  return logits;
}

/** Bits of a module with as many inputs as the model is wide. */
function bitsOf(tensors: Tensors, module: string): number {
  const [, words] = tensors.get(`${module}.weight`)!.shape as [number, number];
  return (words * 32) / 192;
}

describe("embedding and head keep 8 bits", () => {
  const recipes: [string, Recipe["bits"]][] = [
    ["4 bits", uniform(4)],
    ["5 bits", uniform(5)],
    ["best", best],
    ["mixed with an embedding of 4", { ...mixed, embedding: 4 }],
  ];
  test.each(recipes)("%s", async (_, bits) => {
    const { folder, tensors, raised } = await converted(official, bits);
    expect(bitsOf(tensors, "lm_head")).toBe(8);
    expect(bitsOf(tensors, "model.embed_tokens")).toBe(8);
    expect(bitsOf(tensors, "model.layers.1.mlp.up_proj")).toBeLessThanOrEqual(8);
    const isAskedFor = bits.embedding === 8;
    const both = ["model.embed_tokens.weight", "lm_head.weight"];
    expect(raised).toEqual(isAskedFor ? [] : both);
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
    const entry = config.quantization;
    for (const name of ["lm_head", "model.embed_tokens"]) {
      expect((entry[name] ?? entry).bits).toBe(8);
    }
    expect(logitsOf(folder)).toHaveLength(3 * alignerClasses);
  });

  test("or stay float", async () => {
    const { tensors, raised } = await converted(official, uniform("none"));
    expect(tensors.get("lm_head.weight")!.dtype).toBe("BF16");
    expect(raised).toEqual([]);
  });
});

test("in 8 bits the head says nearly the same", async () => {
  const [float, eight] = [
    logitsOf(official),
    logitsOf((await converted(official, uniform(8))).folder),
  ];
  const size = (values: Iterable<number>) =>
    Math.sqrt([...values].reduce((sum, value) => sum + value ** 2, 0));
  const apart = size(float.map((value, i) => value - eight[i]!));
  expect(apart).toBeLessThan(0.05 * size(float));
  expect(apart).toBeGreaterThan(0);
});

describe("each layout gives the same numbers", () => {
  const expected = logitsOf(official);
  test.each(["mlx", "official", "transformers"] as const)("%s and back", async (layout) => {
    const there = await converted(official, uniform("none"), { layout });
    expect(logitsOf(there.folder)).toEqual(expected);
    const back = await converted(there.folder, uniform("none"), { layout: "official" });
    expect(logitsOf(back.folder)).toEqual(expected);
    const config = JSON.parse(readFileSync(join(back.folder, "config.json"), "utf8"));
    // What the official package looks for.
    expect(config).toMatchObject({
      model_type: "qwen3_asr",
      timestamp_token_id: alignerTimestamp,
      timestamp_segment_time: 80,
      thinker_config: { model_type: "qwen3_forced_aligner", classify_num: alignerClasses },
    });
    expect(back.tensors.has("thinker.lm_head.weight")).toBe(true);
  });

  test("transformers has its own names for the head and the classes", async () => {
    const { folder, tensors } = await converted(official, uniform("none"), {
      layout: "transformers",
    });
    expect(tensors.get("score.weight")!.shape[0]).toBe(alignerClasses);
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
    expect(config).toMatchObject({
      architectures: ["Qwen3ASRForTokenClassification"],
      num_labels: alignerClasses,
      timestamp_token_id: alignerTimestamp,
      tie_word_embeddings: false,
    });
    expect(config).not.toHaveProperty("classify_num");
    const processor = JSON.parse(readFileSync(join(folder, "processor_config.json"), "utf8"));
    expect(processor.timestamp_segment_time).toBe(80);
  });
});

test("there is nothing to calibrate", async () => {
  const calibration = (async function* () {
    yield speech(16_000);
  })();
  const attempt = () => converted(official, uniform(4), { calibration });
  await expectAsrError(attempt, "usage", "calibration is for recognizers", "--calibrate");
});
