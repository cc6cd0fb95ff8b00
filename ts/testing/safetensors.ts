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
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const tensors: Tensors = new Map();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries<{
    dtype: string;
    shape: number[];
    data_offsets: [number, number];
  }>(header)) {
    if (name === "__metadata__") continue;
    const data = bytes.subarray(start + offsets[0], start + offsets[1]);
    tensors.set(name, { dtype, shape, data });
  }
  return tensors;
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
