import {
  byteLength,
  type ElementType,
  elementSizes,
  type TensorForm,
} from "../checkpoint/safetensors.ts";

/** The float types that weights are stored in. */
export type FloatType = "BF16" | "F16" | "F32";

export function isFloatType(type: ElementType): type is FloatType {
  return type === "BF16" || type === "F16" || type === "F32";
}

/** The start of a safetensors file, and where the bytes of each tensor go behind it. */
export interface FileLayout {
  /** Length of the header, header; padded so that the data is aligned. */
  head: Uint8Array;
  /** Where each tensor begins in the file. */
  offsets: Map<string, number>;
  size: number;
}

/**
 * Lays a file out before its data is known. Types of larger elements come first, then names in
 * order, as safetensors' own serializer does, so that every tensor is aligned.
 */
export function layOut(
  tensors: ReadonlyMap<string, TensorForm>,
  metadata: Record<string, string> = {},
): FileLayout {
  const sorted = [...tensors].sort(
    ([a, { dtype: x }], [b, { dtype: y }]) =>
      elementSizes[y] - elementSizes[x] || Number(a > b) - Number(a < b),
  );
  const header: Record<string, object> = { __metadata__: metadata };
  let at = 0;
  const starts = sorted.map(([name, { dtype, shape }]) => {
    const start = at;
    at += byteLength(dtype, shape);
    header[name] = { dtype, shape, data_offsets: [start, at] };
    return [name, start] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = 8 * Math.ceil(json.length / 8);
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(json, 8);
  const offsets = new Map(starts.map(([name, start]) => [name, head.length + start]));
  return { head, offsets, size: head.length + at };
}
