import { byteLength, type TensorForm } from "../checkpoint/safetensors.ts";
import { quantizationOf, type Recipe } from "./recipe.ts";
import type { SourceTensor } from "./source.ts";
import type { Quantization, TensorConversion } from "./tensor.ts";

/** A tensor of the source and what it becomes. */
export interface PlannedTensor {
  source: SourceTensor;
  conversion: TensorConversion;
  /** What is written: the values, or codes, scales and biases. */
  parts: readonly (TensorForm & { name: string })[];
}

/** What each tensor becomes, before any data is read. */
export function planTensor(source: SourceTensor, recipe: Recipe): PlannedTensor {
  const { tensor, stored, axes } = source;
  const to = recipe.dtype ?? stored.dtype;
  const quantization = quantizationOf(tensor, recipe);
  const conversion = { type: stored.dtype, shape: stored.shape, to, axes, quantization };
  if (quantization === undefined) {
    return { source, conversion, parts: [{ name: tensor.name, dtype: to, shape: tensor.shape }] };
  }
  const [rows, columns] = tensor.shape as [number, number];
  const { bits, groupSize } = quantization;
  const module = moduleOf(tensor.name);
  const groups = { dtype: to, shape: [rows, columns / groupSize] };
  const parts = [
    { name: tensor.name, dtype: "U32" as const, shape: [rows, (columns * bits) / 32] },
    { name: `${module}.scales`, ...groups },
    { name: `${module}.biases`, ...groups },
  ];
  return { source, conversion, parts };
}

/** For modules whose errors are weighed: how much one in each column counts. */
export type Importance = ReadonlyMap<string, readonly number[]>;

/** The same with errors weighed, where its module is among those. */
export function weighed(planned: PlannedTensor, importance: Importance): PlannedTensor {
  const { source, conversion } = planned;
  const found = importance.get(moduleOf(source.tensor.name));
  if (conversion.quantization === undefined || found === undefined) return planned;
  const quantization = { ...conversion.quantization, importance: found };
  return { ...planned, conversion: { ...conversion, quantization } };
}

/** The quantized modules by name. */
export function quantizedModules(tensors: readonly PlannedTensor[]): Map<string, Quantization> {
  const modules = new Map<string, Quantization>();
  for (const { source, conversion } of tensors) {
    const { quantization } = conversion;
    if (quantization !== undefined) modules.set(moduleOf(source.tensor.name), quantization);
  }
  return modules;
}

/** The module that a weight belongs to. */
export function moduleOf(name: string): string {
  return name.replace(/\.weight$/, "");
}

/** Bytes that a tensor takes in the result. */
export function plannedBytes({ parts }: PlannedTensor): number {
  return parts.reduce((sum, { dtype, shape }) => sum + byteLength(dtype, shape), 0);
}

/** A file of the result. */
export interface Shard {
  name: string;
  tensors: readonly PlannedTensor[];
}

/** Puts tensors into files of at most `most` bytes each, named as on the hub. */
export function shardsOf(tensors: readonly PlannedTensor[], most: number): Shard[] {
  const groups: PlannedTensor[][] = [];
  let room = 0;
  for (const tensor of tensors) {
    const bytes = plannedBytes(tensor);
    if (bytes > room) {
      groups.push([]);
      room = most;
    }
    groups.at(-1)!.push(tensor);
    room -= bytes;
  }
  const number = (value: number) => String(value).padStart(5, "0");
  return groups.map((group, index) => ({
    name:
      groups.length === 1
        ? "model.safetensors"
        : `model-${number(index + 1)}-of-${number(groups.length)}.safetensors`,
    tensors: group,
  }));
}
