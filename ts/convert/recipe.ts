import type { ModelTensor, Part } from "./layout.ts";
import type { FloatType } from "./safetensors.ts";
import type { Quantization, Quantizer } from "./tensor.ts";

/** Bits of a weight; `none` leaves it float. */
export type Bits = 4 | 5 | 6 | 8 | "none";

/** How each part of the model is stored. */
export interface Recipe {
  /** `start`: the first two layers of the decoder, where they have bits of their own. */
  bits: Readonly<Record<Part, Bits> & { start?: Bits }>;
  /** Values of a row that share a scale and a bias. */
  groupSize: 32 | 64 | 128;
  /** The type of what is not quantized, and of scales and biases; by default as it was. */
  dtype?: FloatType | undefined;
  /** Who quantizes; MLX by default. */
  quantizer?: Quantizer | undefined;
}

/** As mlx-community publishes: the encoder, where little is to be saved, stays float. */
export function uniform(bits: Bits): Recipe["bits"] {
  return { decoder: bits, embedding: bits, encoder: "none" };
}

/** Four bits where most weights are, eight where errors are heard: encoder and embedding. */
export const mixed: Recipe["bits"] = { decoder: 4, embedding: 8, encoder: 8 };

/** As `mixed`, and eight bits where all later layers build on the result. */
export const best: Recipe["bits"] = { ...mixed, start: 8 };

/** Layers that `start` is about. */
const startLayers = /^model\.layers\.[01]\./;

/** What no recipe goes below where the times of an aligner would drift. */
const timeCriticalBits = 8;

function bitsOf(tensor: ModelTensor, recipe: Recipe): Bits {
  return isRaised(tensor, recipe) ? timeCriticalBits : askedBits(tensor, recipe);
}

function askedBits({ name, part }: ModelTensor, { bits }: Recipe): Bits {
  return startLayers.test(name) ? (bits.start ?? bits.decoder) : bits[part];
}

/** Whether a tensor gets more bits than the recipe asks for. */
export function isRaised(tensor: ModelTensor, recipe: Recipe): boolean {
  const bits = askedBits(tensor, recipe);
  return tensor.isTimeCritical === true && bits !== "none" && bits < timeCriticalBits;
}

/** Whether a tensor is to be quantized, as far as its shape allows it. */
export function isWanted(tensor: ModelTensor, recipe: Recipe): boolean {
  return tensor.kind === "matrix" && bitsOf(tensor, recipe) !== "none";
}

/** How a tensor is quantized; not at all when its rows are no whole groups, as MLX has it. */
export function quantizationOf(tensor: ModelTensor, recipe: Recipe): Quantization | undefined {
  const { groupSize, quantizer } = recipe;
  const bits = bitsOf(tensor, recipe);
  const isMatrix = tensor.kind === "matrix" && tensor.shape[1]! % groupSize === 0;
  return isMatrix && bits !== "none" ? { bits, groupSize, quantizer } : undefined;
}

/**
 * The entry `quantization` of config.json: what most modules have, and each module that has
 * something else. Undefined when nothing is quantized.
 */
export function quantizationEntry(
  modules: ReadonlyMap<string, Quantization>,
  { bits, groupSize }: Recipe,
): object | undefined {
  const usual = [bits.decoder, bits.embedding, bits.encoder].find((width) => width !== "none");
  if (usual === undefined || modules.size === 0) return undefined;
  const affine = (width: number) => ({ group_size: groupSize, bits: width, mode: "affine" });
  const others = [...modules].filter(([, quantization]) => quantization.bits !== usual);
  return {
    ...affine(usual),
    ...Object.fromEntries(others.map(([name, quantization]) => [name, affine(quantization.bits)])),
  };
}
