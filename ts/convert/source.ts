import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AsrError, messageOf } from "../contract/errors.ts";
import { checkFolder } from "../native/model.ts";
import { headTensor, type ModelTensor, modelTensors } from "./layout.ts";
import { type Json, type ModelConfig, parseModelConfig } from "./model-config.ts";
import { type FloatType, isFloatType, readHeader, type StoredTensor } from "./safetensors.ts";

/** Where a tensor of the model lies. */
export interface SourceTensor {
  tensor: ModelTensor;
  path: string;
  stored: StoredTensor & { dtype: FloatType };
  /** What makes an MLX convolution of PyTorch's. */
  axes?: readonly number[] | undefined;
}

/** A float checkpoint whose tensors are all there and have the right shapes. */
export interface Source {
  folder: string;
  config: Json;
  /** In the order of their use. */
  tensors: readonly SourceTensor[];
  /** Names of the files beside the weights: tokenizer, preprocessor, generation. */
  companions: readonly string[];
}

const indexName = "model.safetensors.index.json";

/** PyTorch's [outputs, inputs, height, width] in MLX's order. */
const channelsLast = [0, 2, 3, 1];

type Located = Map<string, { path: string; name: string; stored: StoredTensor }>;

/**
 * Reads the headers of a Qwen3-ASR checkpoint: the official files or their MLX layout, in one file
 * or in shards. Throws AsrError `model` when a tensor is missing, unknown, misshapen or quantized.
 */
export async function readSource(folder: string): Promise<Source> {
  checkFolder(folder);
  const names = await readdir(folder);
  const configPath = join(folder, "config.json");
  const config = parseModelConfig(await readText(configPath), configPath);
  const located = await locate(folder, names);
  return {
    folder,
    config: config.json,
    tensors: match(folder, located, config),
    companions: names.filter(isCompanion).sort(),
  };
}

/** Small files that describe the model; what describes the weights is written anew. */
function isCompanion(name: string): boolean {
  if (name === "config.json" || name === indexName) return false;
  return /^[^.].*\.(json|txt|jinja)$/.test(name) || /^LICENSE/.test(name);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const hint = "is this the folder of a checkpoint?";
    throw new AsrError("model", `${path}: cannot be read: ${messageOf(error)}`, hint);
  }
}

/** All tensors by name, without the prefix that official files have. */
async function locate(folder: string, names: readonly string[]): Promise<Located> {
  const index = names.includes(indexName) ? await readIndex(join(folder, indexName)) : undefined;
  const files = index
    ? [...new Set(Object.values(index))]
    : names.filter((name) => /^[^.].*\.safetensors$/.test(name));
  if (files.length === 0) {
    const hint = "is the download complete?";
    throw new AsrError("model", `${folder}: no .safetensors file`, hint);
  }
  const located: Located = new Map();
  for (const file of files.sort()) {
    const path = join(folder, file);
    for (const [name, stored] of await readHeader(path)) {
      const key = canonical(name);
      if (located.has(key)) {
        throw new AsrError("model", `${path}: tensor ${name} is in the checkpoint twice`);
      }
      located.set(key, { path, name, stored });
    }
  }
  for (const [name, file] of Object.entries(index ?? {})) {
    const path = join(folder, file);
    if (located.get(canonical(name))?.path === path) continue;
    throw new AsrError("model", `${path}: tensor ${name} is missing, but ${indexName} lists it`);
  }
  return located;
}

function canonical(name: string): string {
  return name.replace(/^thinker\./, "");
}

/** The shard of each tensor. */
async function readIndex(path: string): Promise<Record<string, string>> {
  const text = await readText(path);
  let map: unknown;
  try {
    map = JSON.parse(text)?.weight_map;
  } catch (error) {
    throw new AsrError("model", `${path}: ${messageOf(error)}`, "download the checkpoint again");
  }
  const shards: Record<string, string> = {};
  if (typeof map !== "object" || map === null) {
    throw new AsrError("model", `${path}: weight_map is missing`, "download the checkpoint again");
  }
  for (const [name, shard] of Object.entries(map)) {
    if (typeof shard !== "string" || !/^[^/\\]+\.safetensors$/.test(shard)) {
      throw new AsrError("model", `${path}: ${String(shard)} is not a shard of this folder`);
    }
    shards[name] = shard;
  }
  return shards;
}

function match(folder: string, located: Located, config: ModelConfig): SourceTensor[] {
  const head = headTensor(config.sizes);
  // A tied head is the embedding again; official files hold it twice.
  const hasOwnHead = config.isHeadTied !== true && located.has(head.name);
  if (!hasOwnHead) located.delete(head.name);
  const expected = [...modelTensors(config.sizes), ...(hasOwnHead ? [head] : [])];
  const tensors = expected.map((tensor) => {
    const found = located.get(tensor.name);
    if (found === undefined) {
      throw new AsrError("model", `${folder}: tensor ${tensor.name} is missing`);
    }
    located.delete(tensor.name);
    return sourceTensor(tensor, found.path, found.name, found.stored);
  });
  for (const { path, name } of located.values()) {
    const hint = "only official Qwen3-ASR checkpoints and their MLX layout are converted";
    throw new AsrError("model", `${path}: unexpected tensor ${name}`, hint);
  }
  return tensors;
}

function sourceTensor(
  tensor: ModelTensor,
  path: string,
  name: string,
  stored: StoredTensor,
): SourceTensor {
  const { dtype } = stored;
  if (!isFloatType(dtype)) {
    const hint = "a quantized checkpoint is not converted again; take the official one";
    throw new AsrError("model", `${path}: tensor ${name} is ${dtype}, not a float type`, hint);
  }
  const source = { tensor, path, stored: { ...stored, dtype } };
  if (sameShape(stored.shape, tensor.shape)) return source;
  const [outputs, height, width, inputs] = tensor.shape;
  const torch = [outputs!, inputs!, height!, width!];
  if (tensor.kind === "convolution" && sameShape(stored.shape, torch)) {
    return { ...source, axes: channelsLast };
  }
  const shapes = tensor.kind === "convolution" ? [torch, tensor.shape] : [tensor.shape];
  const wanted = shapes.map((shape) => `[${shape.join(", ")}]`).join(" or ");
  const message = `${path}: tensor ${name} is [${stored.shape.join(", ")}], expected ${wanted}`;
  throw new AsrError("model", message, "does config.json belong to these weights?");
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}
