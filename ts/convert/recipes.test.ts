import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Model } from "../native/model.ts";
import { CheckpointFolders, source, whole } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { speech } from "../testing/goldens.ts";
import { readSafetensors, type Tensors } from "../testing/safetensors.ts";
import { type ConvertOptions, convertCheckpoint } from "./convert.ts";
import { best, mixed, type Recipe, uniform } from "./recipe.ts";

const scratch = mkdtempSync(join(tmpdir(), "bun-asr-recipes-"));
const folders = new CheckpointFolders();
afterAll(() => {
  rmSync(scratch, { recursive: true });
  folders[Symbol.dispose]();
});

/** The goldens' model with two more layers of the decoder, which repeat its own. */
function fourLayers(): string {
  const tensors: Tensors = new Map(whole);
  for (const [name, tensor] of whole) {
    const [, before, layer, after] = /^(thinker\.model\.layers\.)([01])(\..*)$/.exec(name) ?? [];
    if (layer !== undefined) tensors.set(`${before}${Number(layer) + 2}${after}`, tensor);
  }
  const folder = folders.single(tensors);
  const path = join(folder, "config.json");
  const config = JSON.parse(readFileSync(path, "utf8"));
  config.thinker_config.text_config.num_hidden_layers = 4;
  writeFileSync(path, JSON.stringify(config));
  return folder;
}

const deep = fourLayers();
let count = 0;

async function converted(
  bits: Recipe["bits"],
  { quantizer, ...options }: Partial<ConvertOptions> & Pick<Recipe, "quantizer"> = {},
  from = deep,
): Promise<{ folder: string; tensors: Tensors }> {
  const folder = join(scratch, String(count++));
  await convertCheckpoint(from, folder, { recipe: { bits, groupSize: 64, quantizer }, ...options });
  return { folder, tensors: readSafetensors(readFileSync(join(folder, "model.safetensors"))) };
}

describe("the recipe best", () => {
  test("has MLX's bytes where MLX quantizes, those of each part's bits", async () => {
    const { tensors } = await converted(best, { quantizer: "mlx" });
    const four = (await converted({ ...mixed, encoder: "none" })).tensors;
    const eight = (await converted({ ...uniform(8), encoder: 8 })).tensors;
    expect(tensors.size).toBe(eight.size);
    for (const [name, tensor] of tensors) {
      const like = /^model\.layers\.[23]\./.test(name) ? four : eight;
      expect({ name, ...tensor }).toEqual({ name, ...like.get(name)! });
    }
  });

  test("names in config.json what has other bits than most", async () => {
    const { folder } = await converted(best);
    const { quantization } = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
    const eight = { group_size: 64, bits: 8, mode: "affine" };
    expect(quantization).toMatchObject({
      group_size: 64,
      bits: 4,
      mode: "affine",
      "model.embed_tokens": eight,
      "model.layers.0.self_attn.q_proj": eight,
      "model.layers.1.mlp.down_proj": eight,
      "audio_tower.layers.0.fc1": eight,
    });
    expect(Object.keys(quantization).some((name) => /layers\.[23]\./.test(name))).toBe(false);
    using model = Model.open(folder);
    expect(model.info.quantizedModules).toEqual({ "4": 14, "8": 30 });
  });
});

describe("calibration", () => {
  async function* recordings(...seconds: number[]) {
    for (const each of seconds) yield speech(16_000 * each);
  }

  test("weighs errors by what the model hears: other bytes, a model that loads", async () => {
    const plain = await converted(uniform(4), { quantizer: "search" }, source);
    const calibration = recordings(2, 3);
    const options = { quantizer: "search", calibration } as const;
    const { folder, tensors } = await converted(uniform(4), options, source);
    const down = "model.layers.0.mlp.down_proj.scales";
    expect(tensors.get(down)!.data).not.toEqual(plain.tensors.get(down)!.data);
    Model.open(folder).close();
  });

  test("the same recordings give the same bytes", async () => {
    const [one, other] = [
      await converted(best, { quantizer: "search", calibration: recordings(1) }, source),
      await converted(best, { quantizer: "search", calibration: recordings(1) }, source),
    ];
    for (const [name, { data }] of one.tensors) {
      expect(Buffer.compare(data, other.tensors.get(name)!.data)).toBe(0);
    }
  });

  test("without anything to hear it fails", async () => {
    const options = { quantizer: "search", calibration: recordings() } as const;
    await expectAsrError(() => converted(uniform(4), options, source), "input", "nothing to hear");
  });

  test("where nothing is quantized it is refused", async () => {
    const options = { calibration: recordings(1) };
    await expectAsrError(() => converted(uniform("none"), options, source), "usage", "quantized");
  });

  test("an interrupt stops it, and leaves nothing behind", async () => {
    const interrupt = new AbortController();
    async function* interrupted() {
      yield speech(16_000);
      interrupt.abort(new Error("interrupted"));
      yield speech(16_000);
    }
    const options = { quantizer: "search", calibration: interrupted() } as const;
    const made = converted(uniform(4), { ...options, signal: interrupt.signal }, source);
    await expect(made).rejects.toThrow("interrupted");
    await expect(async () => readFileSync(join(scratch, `${count - 1}`))).toThrow("ENOENT");
  });
});
