/** The element types that are written, by their NumPy name. */
type NpyData = Float32Array | Int32Array;

export interface NpyArray {
  shape: number[];
  data: NpyData;
}

/** A NumPy array file, version 1.0, row-major. */
export function encodeNpy(data: NpyData, shape: readonly number[]): Uint8Array {
  const type = data instanceof Float32Array ? "<f4" : "<i4";
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  // The format asks for a header that ends in a newline at a multiple of 64 bytes.
  const room = Math.ceil((prefix + dictionary.length + 1) / 64) * 64 - prefix;
  const header = `${dictionary.padEnd(room - 1)}\n`;
  const bytes = new Uint8Array(prefix + room + data.byteLength);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, room & 0xff, room >> 8]);
  new TextEncoder().encodeInto(header, bytes.subarray(prefix));
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), prefix + room);
  return bytes;
}

/** Reads what `encodeNpy` and NumPy write for float32 and int32. */
export function decodeNpy(bytes: Uint8Array, name: string): NpyArray {
  const version = bytes[6] ?? 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version === 1 ? prefix : prefix + 2;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const header = new TextDecoder().decode(bytes.subarray(start, start + length));
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (shape === undefined || !header.includes("'fortran_order': False")) {
    throw new Error(`${name}: not a row-major NumPy file`);
  }
  // A copy of its own, so that the numbers are aligned.
  const body = Uint8Array.from(bytes.subarray(start + length)).buffer;
  const sizes = shape.split(",").filter((size) => size.trim() !== "");
  if (type === "<f4") return { shape: sizes.map(Number), data: new Float32Array(body) };
  if (type === "<i4") return { shape: sizes.map(Number), data: new Int32Array(body) };
  throw new Error(`${name}: element type ${type} is not read here`);
}

/** Magic, version and header length. */
const prefix = 10;
