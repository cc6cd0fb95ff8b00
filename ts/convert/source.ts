import { join } from "node:path";
import { checkedFolder } from "../checkpoint/check.ts";
import type { ModelFolder } from "../checkpoint/folder.ts";
import { indexName } from "../checkpoint/incomplete.ts";
import { type Json, maxIndexBytes, objectOf, readJsonObject } from "../checkpoint/json-file.ts";
import { type CheckpointKind, kindOf } from "../checkpoint/kind.ts";
import { readHeader, type StoredTensor } from "../checkpoint/safetensors.ts";
import { additionOf, canonicalName } from "../checkpoint/tensor-names.ts";
import { AsrError } from "../contract/errors.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { headTensor, type ModelTensor, modelTensors } from "./layout.ts";
import { type ModelConfig, readModelConfig } from "./model-config.ts";
import { type FloatType, isFloatType } from "./safetensors.ts";

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
  kind: CheckpointKind;
  /** Names of the files beside the weights: tokenizer, preprocessor, generation. */
  companions: readonly string[];
}

/** PyTorch's [outputs, inputs, height, width] in MLX's order. */
const channelsLast = [0, 2, 3, 1];

type Located = Map<string, { path: string; name: string; stored: StoredTensor }>;

/**
 * Reads the headers of a Qwen3-ASR checkpoint in any layout, in one file or in shards. Throws
 * AsrError `model` when it is another model, or a tensor is missing, unknown, misshapen or
 * quantized.
 */
export async function readSource(path: string): Promise<Source> {
  const folder = checkedFolder(path, "any");
  const config = readModelConfig(folder);
  const tensors = match(path, locate(folder), config);
  // What is written opens, so its vocabulary must be one.
  await Tokenizer.load(path);
  return {
    folder: path,
    config: config.json,
    kind: kindOf(folder),
    tensors,
    companions: folder.names.filter(isCompanion),
  };
}

/** Small files that describe the model; what describes the weights is written anew. */
function isCompanion(name: string): boolean {
  // What transformers 5 says of its own classes is not so of the official layout.
  if (["config.json", "processor_config.json", indexName].includes(name)) return false;
  return /^[^.].*\.(json|txt|jinja)$/.test(name) || /^LICENSE/.test(name);
}

/** All tensors of the model by the official name without its prefix. */
function locate(folder: ModelFolder): Located {
  const index = folder.has(indexName) ? readIndex(join(folder.path, indexName)) : undefined;
  const files = index ? [...new Set(Object.values(index))] : folder.weights;
  if (files.length === 0) {
    const hint = "is the download complete?";
    throw new AsrError("model", `${folder.path}: no .safetensors file`, hint);
  }
  const located: Located = new Map();
  const promised = new Map(Object.entries(index ?? {}));
  for (const file of [...files].sort()) {
    const path = join(folder.path, file);
    for (const [name, stored] of readHeader(path).tensors) {
      if (promised.get(name) === file) promised.delete(name);
      if (additionOf(name, file) !== undefined) continue;
      const key = canonicalName(name);
      if (located.has(key)) {
        throw new AsrError("model", `${path}: tensor ${name} is in the checkpoint twice`);
      }
      located.set(key, { path, name, stored });
    }
  }
  for (const [name, file] of promised) {
    const path = join(folder.path, file);
    throw new AsrError("model", `${path}: tensor ${name} is missing, but ${indexName} lists it`);
  }
  return located;
}

/** The shard of each tensor. */
function readIndex(path: string): Record<string, string> {
  const map = objectOf(readJsonObject(path, maxIndexBytes)["weight_map"]);
  if (map === undefined) {
    throw new AsrError("model", `${path}: weight_map is missing`, "download the checkpoint again");
  }
  for (const shard of Object.values(map)) {
    if (typeof shard === "string" && /^[^/\\]+\.safetensors$/.test(shard)) continue;
    throw new AsrError("model", `${path}: ${String(shard)} is not a shard of this folder`);
  }
  return map as Record<string, string>;
}

function match(folder: string, located: Located, config: ModelConfig): SourceTensor[] {
  const head = headTensor(config.sizes);
  // A tied head is the embedding again; official files hold it twice. An aligner's never is.
  const isTied = config.isHeadTied === true || !located.has(head.name);
  const hasOwnHead = config.sizes.classes !== undefined || !isTied;
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
    const hint = "only Qwen3-ASR checkpoints are converted";
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
