import { parseHeader } from "../checkpoint/safetensors.ts";

/** A tensor as a safetensors file holds it. */
export interface Tensor {
  dtype: string;
  shape: number[];
  data: Uint8Array;
}

export type Tensors = Map<string, Tensor>;

export function readSafetensors(bytes: Uint8Array): Tensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const json = bytes.subarray(8, start);
  const header = parseHeader(json, start, bytes.length, (why) => new Error(why));
  return new Map(
    [...header.tensors].map(([name, { dtype, shape, offset, length }]) => {
      const data = bytes.subarray(offset, offset + length);
      return [name, { dtype, shape: [...shape], data }];
    }),
  );
}

/** Entries of the header, to be changed before it is written. */
export type Header = Record<string, { dtype: string; shape: number[]; data_offsets: number[] }>;

/** Writes a file; `change` may make its header lie. */
export function writeSafetensors(
  tensors: Tensors,
  change: (header: Header) => void = () => {},
): Uint8Array {
  const header: Header = {};
  let at = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [at, at + data.length] };
    at += data.length;
  }
  change(header);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return Buffer.concat([length, text, ...[...tensors.values()].map(({ data }) => data)]);
}
