import { byteLength } from "../checkpoint/safetensors.ts";
import { failed, nativeError, nativeLibrary } from "../native/symbols.ts";
import type { FloatType } from "./safetensors.ts";

/** How a float tensor is stored anew; see `asr_convert` in bun_asr.h. */
export interface TensorConversion {
  type: FloatType;
  shape: readonly number[];
  /** The type of the values, or of scales and biases. */
  to: FloatType;
  /** The order of the axes in the result, where it changes. */
  axes?: readonly number[] | undefined;
  /** Affine quantization of a matrix, along its rows. */
  quantization?: Quantization | undefined;
}

/** Who chooses scales, biases and codes; `search` loses less than MLX itself, in the same form. */
export type Quantizer = "mlx" | "search";

/** Codes of so many bits, with a scale and a bias for each group of values of a row. */
export interface Quantization {
  bits: number;
  groupSize: number;
  /** MLX by default. */
  quantizer?: Quantizer | undefined;
  /** How much the square of an error in each column counts, above 0; for `search` alone. */
  importance?: readonly number[] | undefined;
}

/** Bytes that a conversion gives. */
export function convertedBytes(conversion: TensorConversion): number {
  return convertedSizes(conversion).reduce((sum, size) => sum + size, 0);
}

/** The bytes of the values, or those of codes, scales and biases. */
function convertedSizes({ shape, to, quantization }: TensorConversion): number[] {
  if (quantization === undefined) return [byteLength(to, shape)];
  const [rows, columns] = shape as [number, number];
  const { bits, groupSize } = quantization;
  const groups = byteLength(to, [rows, columns / groupSize]);
  return [byteLength("U32", [rows, (columns * bits) / 32]), groups, groups];
}

/**
 * Converts values as they lie in a file; returns the values, or the codes, scales and biases, as
 * views into `out`, which must be large enough. Throws AsrError `model` for values that are not
 * finite.
 */
export function convertTensor(
  values: Uint8Array,
  conversion: TensorConversion,
  out: Uint8Array = new Uint8Array(convertedBytes(conversion)),
): Uint8Array[] {
  const { quantization, ...rest } = conversion;
  const options = JSON.stringify({ ...rest, ...quantization });
  const library = nativeLibrary();
  const written = Number(library.asr_convert(values, values, options, out, out));
  if (written <= failed) throw nativeError(library, "converting a tensor");
  let end = 0;
  return convertedSizes(conversion).map((size) => {
    end += size;
    return out.subarray(end - size, end);
  });
}
