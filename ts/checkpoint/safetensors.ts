import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { AsrError } from "../contract/errors.ts";
import { objectOf } from "./json-file.ts";
import { parseStrictJson } from "./strict-json.ts";

/** Bytes of one element of the types that a checkpoint may hold. */
export const elementSizes = {
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

/** What the header of a file says. */
export interface FileHeader {
  tensors: Map<string, StoredTensor>;
  /** What the writer noted, as in `{"format": "pt"}`. */
  metadata: Readonly<Record<string, string>>;
}

const maxHeaderBytes = 100_000_000;

/**
 * The header of a safetensors file, checked by the format's own rules (huggingface/safetensors,
 * `safetensors/src/tensor.rs`): tensors fill the file without gap or overlap, each of the size that
 * its type and shape say. Stricter than these, no name stands twice: readers differ in which of the
 * two they take. Throws AsrError `model`.
 */
export function readHeader(path: string): FileHeader {
  const bad = (why: string) =>
    new AsrError("model", `${path}: ${why}`, "download the checkpoint again");
  const file = opened(path, bad);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw bad("is not a file");
    const { size } = stat;
    const read = (length: number, position: number) => {
      const bytes = new Uint8Array(length);
      const count = readSync(file, bytes, 0, length, position);
      if (count < length) throw bad(`the file ends inside its header (${size} bytes)`);
      return bytes;
    };
    const length = Number(new DataView(read(8, 0).buffer).getBigUint64(0, true));
    if (length > maxHeaderBytes) throw bad(`the header claims ${length} bytes`);
    if (length > size - 8) throw bad(`the file ends inside its header (${size} bytes)`);
    return parseHeader(read(length, 8), 8 + length, size, bad);
  } finally {
    closeSync(file);
  }
}

function opened(path: string, bad: (why: string) => Error): number {
  try {
    // Opening a named pipe would wait for somebody who writes into it.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw bad(isMissing ? "the file is missing" : "the file cannot be read");
  }
}

/** What the JSON of a header says about a file of `size` bytes with data at `start`. */
export function parseHeader(
  json: Uint8Array,
  start: number,
  size: number,
  bad: (why: string) => Error,
): FileHeader {
  const tensors = new Map<string, StoredTensor>();
  const { __metadata__: stored, ...entries } = parseObject(json, bad);
  const metadata = texts(stored, bad);
  for (const [name, entry] of Object.entries(entries)) {
    tensors.set(name, storedTensor(name, entry, start, bad));
  }
  let end = start;
  for (const [name, { offset, length }] of inFileOrder(tensors)) {
    if (offset !== end) throw bad(`tensor ${name} leaves a gap or overlaps another one`);
    end += length;
  }
  if (end > size) throw bad(`truncated: ${end - size} of ${end} bytes are missing`);
  if (end < size) throw bad(`${size - end} bytes after the last tensor`);
  return { tensors, metadata };
}

function inFileOrder(tensors: Map<string, StoredTensor>): [string, StoredTensor][] {
  return [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.length - b.length);
}

const string = /"(?:[^"\\]|\\.)*"/g;

/** Outside of strings: -0, 1.0 and 1e0 are counts to JavaScript, and to no other reader. */
const notWhole = /-0(?!\d)|\.|\d[eE]/;

function parseObject(json: Uint8Array, bad: (why: string) => Error): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(json);
    value = parseStrictJson(text);
  } catch (error) {
    throw bad(`the header is not a JSON object: ${error instanceof Error ? error.message : error}`);
  }
  const object = objectOf(value);
  if (object === undefined) throw bad("the header is not a JSON object");
  if (notWhole.test(text.replaceAll(string, ""))) {
    throw bad("the header has a number that is not written as a whole one");
  }
  return object;
}

/** MLX writes null where there is no metadata. */
function texts(value: unknown, bad: (why: string) => Error): Record<string, string> {
  const metadata: Record<string, string> = {};
  const fields = objectOf(value ?? {});
  for (const [name, text] of Object.entries(fields ?? { none: undefined })) {
    if (typeof text !== "string") throw bad("the header's __metadata__ is no map of texts");
    metadata[name] = text;
  }
  return metadata;
}

function storedTensor(
  name: string,
  entry: unknown,
  start: number,
  bad: (why: string) => Error,
): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = objectOf(entry) ?? {};
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
