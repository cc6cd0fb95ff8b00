// This folder: a checkpoint becomes another one, quantized or in another layout.

import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { indexName } from "../checkpoint/incomplete.ts";
import type { Json } from "../checkpoint/json-file.ts";
import { AsrError } from "../contract/errors.ts";
import { sha256Of } from "../hub/digest.ts";
import { type Calibration, importanceOf } from "./calibration.ts";
import { checkOutside, checkSpace, makeFolder } from "./output-folder.ts";
import { configIn, inLayout, type Layout, processorIn } from "./output-layout.ts";
import {
  moduleOf,
  type PlannedTensor,
  plannedBytes,
  planTensor,
  quantizedModules,
  type Shard,
  shardsOf,
  weighed,
} from "./plan.ts";
import { isRaised, isWanted, quantizationEntry, quantizationOf, type Recipe } from "./recipe.ts";
import type { FloatType } from "./safetensors.ts";
import { readSource, type Source } from "./source.ts";
import { writeShard } from "./write.ts";

/** How a checkpoint is converted. */
export interface ConvertOptions {
  recipe: Recipe;
  /** How the result is laid out; default `mlx`, the only one for quantized weights. */
  layout?: Layout | undefined;
  /**
   * What the model is to be good at: errors are weighed by what the unquantized model sees while it
   * transcribes these. For the quantizer `search`.
   */
  calibration?: Calibration | undefined;
  /** Replaces a model that is at the place of the result. */
  overwrite?: boolean | undefined;
  /** Called with the share of the source that was converted, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
  /** Stops the work between two blocks; nothing is left behind. */
  signal?: AbortSignal | undefined;
  /** Most bytes of a file of the result; default 5 GB, as on the hub. */
  shardBytes?: number | undefined;
  /** Most bytes of a tensor in memory at once; default 16 MiB. */
  blockBytes?: number | undefined;
}

/** What was written. */
export interface Conversion {
  sourceBytes: number;
  bytes: number;
  /** Each file of weights with its SHA-256 in hexadecimal. */
  files: readonly { name: string; sha256: string }[];
  /** Matrices that stayed float because their rows are no whole groups. */
  leftFloat: readonly string[];
  /** Matrices of an aligner that have more bits than the recipe asks for. */
  raised: readonly string[];
}

/**
 * Converts the checkpoint in `folder`, a recognizer or an aligner, to one at `out`, as MLX has it.
 * Memory does not grow with the model. The result appears at `out` when it is complete. Throws
 * AsrError `model` for a bad checkpoint, `usage` where the result cannot be put.
 */
export async function convertCheckpoint(
  folder: string,
  out: string,
  options: ConvertOptions,
): Promise<Conversion> {
  const { recipe, layout = "mlx", overwrite = false, shardBytes = 5e9 } = options;
  const source = await readSource(folder);
  if (options.calibration !== undefined && source.kind === "aligner") {
    const hint = "convert it without --calibrate";
    throw new AsrError("usage", "calibration is for recognizers: an aligner hears no text", hint);
  }
  await checkOutside(out, folder);
  const planned = source.tensors.map((tensor) => planTensor(tensor, recipe));
  if (layout !== "mlx" && quantizedModules(planned).size > 0) {
    const hint = "leave the layout at mlx, or let the weights stay float";
    throw new AsrError("usage", `the layout ${layout} has no quantized weights of MLX`, hint);
  }
  const tensors = planned.map((tensor) => inLayout(tensor, layout));
  const shards = shardsOf(tensors, shardBytes);
  const bytes = sum(tensors.map(plannedBytes));
  return await makeFolder(out, overwrite, async (unfinished) => {
    await checkSpace(unfinished, bytes);
    const judged = await calibrated(folder, shards, options);
    const sourceBytes = await writeShards(unfinished, judged, source, options);
    await writeFile(join(unfinished, indexName), toText(shardIndex(shards, bytes)));
    const config = convertedConfig(source.config, tensors, recipe);
    await writeFile(join(unfinished, "config.json"), toText(configIn(layout, config)));
    for (const name of source.companions) {
      await copyFile(join(source.folder, name), join(unfinished, name));
    }
    const [processor, settings] = processorIn(layout, source.config);
    if (!source.companions.includes(processor)) {
      await writeFile(join(unfinished, processor), toText(settings));
    }
    const files = [];
    for (const { name } of shards) {
      files.push({ name, sha256: await sha256Of(join(unfinished, name), options.signal) });
    }
    const raised = names(tensors.filter(({ source: { tensor } }) => isRaised(tensor, recipe)));
    return { sourceBytes, bytes, files, leftFloat: leftFloat(tensors, recipe), raised };
  });
}

/** The shards with errors weighed by what the model sees in the calibration, if there is one. */
async function calibrated(
  folder: string,
  shards: readonly Shard[],
  { calibration, signal }: ConvertOptions,
): Promise<readonly Shard[]> {
  if (calibration === undefined) return shards;
  const modules = shards
    .flatMap(({ tensors }) => tensors)
    .filter(({ conversion }) => conversion.quantization !== undefined)
    .map(({ source: { tensor } }) => ({ name: moduleOf(tensor.name), columns: tensor.shape[1]! }));
  if (modules.length === 0) {
    throw new AsrError("usage", "calibration is for weights that are quantized, and none are");
  }
  const importance = await importanceOf(folder, modules, calibration, signal);
  return shards.map(({ name, tensors }) => ({
    name,
    tensors: tensors.map((tensor) => weighed(tensor, importance)),
  }));
}

async function writeShards(
  folder: string,
  shards: readonly Shard[],
  { tensors }: Source,
  { blockBytes = 16 * 2 ** 20, layout = "mlx", onProgress, signal }: ConvertOptions,
): Promise<number> {
  const total = sum(tensors.map(({ stored }) => stored.length));
  let done = 0;
  const beforeBlock = (bytesRead: number) => {
    signal?.throwIfAborted();
    done += bytesRead;
    onProgress?.(done / total);
  };
  for (const shard of shards) {
    const format = layout === "mlx" ? "mlx" : "pt";
    await writeShard(join(folder, shard.name), shard, { format, blockBytes, beforeBlock });
  }
  return total;
}

/** The file of each tensor; written for a single file, too, as on the hub. */
function shardIndex(shards: readonly Shard[], bytes: number): Json {
  const places = shards.flatMap(({ name, tensors }) =>
    tensors.flatMap(({ parts }) => parts.map((part) => [part.name, name] as const)),
  );
  const sorted = places.sort(([a], [b]) => Number(a > b) - Number(a < b));
  return { metadata: { total_size: bytes }, weight_map: Object.fromEntries(sorted) };
}

function convertedConfig(config: Json, tensors: readonly PlannedTensor[], recipe: Recipe): Json {
  const entry = quantizationEntry(quantizedModules(tensors), recipe);
  const cast = recipe.dtype === undefined ? config : withDtype(config, recipe.dtype);
  return entry === undefined ? cast : { ...cast, quantization: entry, quantization_config: entry };
}

const dtypeNames: Record<FloatType, string> = { BF16: "bfloat16", F16: "float16", F32: "float32" };

/** The configuration with another type of weights wherever it names one. */
function withDtype(config: Json, dtype: FloatType): Json {
  const rename = (key: string, value: unknown) =>
    key === "dtype" || key === "torch_dtype" ? dtypeNames[dtype] : value;
  return JSON.parse(JSON.stringify(config, rename));
}

function leftFloat(tensors: readonly PlannedTensor[], recipe: Recipe): string[] {
  return names(
    tensors.filter(
      ({ source: { tensor } }) => isWanted(tensor, recipe) && !quantizationOf(tensor, recipe),
    ),
  );
}

function names(tensors: readonly PlannedTensor[]): string[] {
  return tensors.map(({ source: { tensor } }) => tensor.name);
}

function toText(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
