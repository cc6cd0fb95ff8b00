import { open } from "node:fs/promises";
import { AsrError } from "../contract/errors.ts";

/** Bytes of one element of the types that a checkpoint may hold. */
const elementSizes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
};

/** The name of an element type in safetensors. */
export type ElementType = keyof typeof elementSizes;

/** The float types that weights are stored in. */
export type FloatType = "BF16" | "F16" | "F32";

export function isFloatType(type: ElementType): type is FloatType {
  return type === "BF16" || type === "F16" || type === "F32";
}

/** Type and shape of a tensor. */
export interface TensorForm {
  dtype: ElementType;
  shape: readonly number[];
}

/** A tensor in a file: its bytes begin `offset` bytes after the start of the file. */
export interface StoredTensor extends TensorForm {
  offset: number;
  length: number;
}

/** Bytes of a tensor. */
export function byteLength(dtype: ElementType, shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, elementSizes[dtype]);
}

const maxHeaderBytes = 100_000_000;

/**
 * The tensors of a safetensors file by name, checked by the format's own rules
 * (huggingface/safetensors, `safetensors/src/tensor.rs`): they fill the file without gap or
 * overlap, each of the size that its type and shape say. Throws AsrError `model`.
 */
export async function readHeader(path: string): Promise<Map<string, StoredTensor>> {
  const bad = (why: string) =>
    new AsrError("model", `${path}: ${why}`, "download the checkpoint again");
  const file = await open(path).catch((error: unknown) => {
    throw bad(isMissing(error) ? "the file is missing" : "the file cannot be read");
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw bad("is not a file");
    const { size } = stat;
    const read = async (length: number, position: number) => {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, position);
      if (bytesRead < length) throw bad(`the file ends inside its header (${size} bytes)`);
      return bytes;
    };
    const prefix = await read(8, 0);
    const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
    if (length > maxHeaderBytes) throw bad(`the header claims ${length} bytes`);
    const json = new TextDecoder().decode(await read(length, 8));
    return parseHeader(json, 8 + length, size, bad);
  } finally {
    await file.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** The tensors that the JSON of a header names, in a file of `size` bytes with data at `start`. */
export function parseHeader(
  json: string,
  start: number,
  size: number,
  bad: (why: string) => Error,
): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(parseObject(json, bad))) {
    if (name !== "__metadata__") tensors.set(name, storedTensor(name, entry, start, bad));
  }
  let end = start;
  for (const [name, { offset, length }] of inFileOrder(tensors)) {
    if (offset !== end) throw bad(`tensor ${name} leaves a gap or overlaps another one`);
    end += length;
  }
  if (end > size) throw bad(`truncated: ${end - size} of ${end} bytes are missing`);
  if (end < size) throw bad(`${size - end} bytes after the last tensor`);
  return tensors;
}

function inFileOrder(tensors: Map<string, StoredTensor>): [string, StoredTensor][] {
  return [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.length - b.length);
}

function parseObject(json: string, bad: (why: string) => Error): object {
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    // Told below.
  }
  throw bad("the header is not a JSON object");
}

function storedTensor(
  name: string,
  entry: { dtype?: unknown; shape?: unknown; data_offsets?: unknown },
  start: number,
  bad: (why: string) => Error,
): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (!isElementType(dtype)) throw bad(`tensor ${name} has the unknown type ${String(dtype)}`);
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw bad(`the header's entry of tensor ${name} is malformed`);
  }
  const [from, to] = offsets as [number, number];
  const length = byteLength(dtype, shape);
  if (to - from !== length) throw bad(`tensor ${name}, ${dtype} [${shape}], has the wrong size`);
  return { dtype, shape, offset: start + from, length };
}

function isElementType(value: unknown): value is ElementType {
  return typeof value === "string" && Object.hasOwn(elementSizes, value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
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
