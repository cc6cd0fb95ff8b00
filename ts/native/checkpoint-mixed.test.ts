import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertCheckpoint } from "../convert/convert.ts";
import type { Recipe } from "../convert/recipe.ts";
import { CheckpointFolders, source } from "../testing/checkpoint.ts";
import { logitsOf } from "../testing/first-logits.ts";
import { difference } from "../testing/goldens.ts";
import { readSafetensors, type Tensor, type Tensors } from "../testing/safetensors.ts";
import { Model } from "./model.ts";

// Each module has bits and groups of its own: the numbers are those of its dequantized weights.

const folders = new CheckpointFolders();
const scratch = mkdtempSync(join(tmpdir(), "bun-asr-mixed-"));
afterAll(() => {
  folders[Symbol.dispose]();
  rmSync(scratch, { recursive: true });
});

async function quantized(bits: 4 | 8 | "none", groupSize: Recipe["groupSize"]): Promise<Tensors> {
  const out = join(scratch, `${bits}-${groupSize}`);
  const all = { decoder: bits, embedding: bits, encoder: bits };
  await convertCheckpoint(source, out, { recipe: { bits: all, groupSize } });
  return readSafetensors(readFileSync(join(out, "model.safetensors")));
}

/** Values of BF16 bits. */
function floats({ data }: Tensor): Float32Array {
  const wide = new Uint32Array(data.length / 2);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (const place of wide.keys()) wide[place] = view.getUint16(2 * place, true) << 16;
  return new Float32Array(wide.buffer);
}

/** value = code · scale + bias, for bits that divide a word. */
function dequantized(weight: Tensor, scales: Tensor, biases: Tensor, columns: number): Tensor {
  const [rows, words] = weight.shape as [number, number];
  const groups = scales.shape[1]!;
  const bits = (words * 32) / columns;
  const [scale, bias] = [floats(scales), floats(biases)];
  const view = new DataView(weight.data.buffer, weight.data.byteOffset, weight.data.length);
  const values = new Float32Array(rows * columns);
  for (const place of values.keys()) {
    const [row, column] = [Math.floor(place / columns), place % columns];
    const word = view.getUint32(4 * (row * words + Math.floor((column * bits) / 32)), true);
    const code = (word >>> ((column * bits) % 32)) & (2 ** bits - 1);
    const group = row * groups + Math.floor((column * groups) / columns);
    values[place] = code * scale[group]! + bias[group]!;
  }
  return { dtype: "F32", shape: [rows, columns], data: new Uint8Array(values.buffer) };
}

/** The same values in float32. */
function widened(tensor: Tensor): Tensor {
  const data = new Uint8Array(floats(tensor).buffer);
  return { dtype: "F32", shape: tensor.shape, data };
}

test("bits and groups of each module's own, some modules float", async () => {
  const float = await quantized("none", 64);
  const recipes = [await quantized(4, 64), await quantized(8, 32), await quantized(4, 32), float];
  const mixed: Tensors = new Map();
  const plain: Tensors = new Map();
  const modules = [...float.keys()].map((name) => name.replace(/\.weight$/, ""));
  for (const [place, module] of modules.entries()) {
    // Neighbours differ, so that what could be one product is several.
    const from = recipes[place % recipes.length]!;
    const parts = [".weight", ".scales", ".biases"].map((end) => from.get(module + end));
    const [weight, scales, biases] = parts;
    if (weight === undefined || scales === undefined || biases === undefined) {
      const name = float.has(module) ? module : `${module}.weight`;
      mixed.set(name, float.get(name)!);
      plain.set(name, widened(float.get(name)!));
      continue;
    }
    mixed.set(`${module}.weight`, weight).set(`${module}.scales`, scales);
    mixed.set(`${module}.biases`, biases);
    const columns = float.get(`${module}.weight`)!.shape[1]!;
    plain.set(`${module}.weight`, dequantized(weight, scales, biases, columns));
  }
  const folder = folders.single(mixed);
  expect(difference(logitsOf(folder), logitsOf(folders.single(plain)))).toBeLessThanOrEqual(1e-3);
  using model = Model.open(folder);
  expect(model.info.quantizedModules["4"]).toBeGreaterThan(4);
  expect(model.info.quantizedModules["8"]).toBeGreaterThan(2);
});
