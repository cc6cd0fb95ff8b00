import { type Tensors, writeSafetensors } from "../ts/testing/safetensors.ts";

/** A file of a header, as it is written, and data. */
export function fileOf(header: string, data: number, length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const size = new BigUint64Array([length ?? BigInt(text.length)]);
  const parts = [new Uint8Array(size.buffer), text, new Uint8Array(data).fill(7)];
  return new Uint8Array(Buffer.concat(parts));
}

const f32 = (shape: string, offsets: string) =>
  `{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}`;
const whole = f32("[2,2]", "[0,16]");

/** Headers that lie, each in its own way. */
export const attacks: readonly Uint8Array[] = [
  // The same entry twice, word for word; and twice with another shape of the same size.
  fileOf(`{"a":${whole},"a":${whole}}`, 16),
  fileOf(`{"a":${whole},"a":${f32("[4]", "[0,16]")}}`, 16),
  // Overlap, a hole, bytes behind the last tensor, offsets beyond the file.
  fileOf(`{"a":${whole},"b":${f32("[2,2]", "[8,24]")}}`, 24),
  fileOf(`{"a":${whole},"b":${f32("[1]", "[20,24]")}}`, 24),
  fileOf(`{"a":${whole}}`, 20),
  fileOf(`{"a":${f32("[2,2]", "[1000,1016]")}}`, 16),
  // Sizes that are negative, overflow, or are not those of the shape.
  fileOf(`{"a":${f32("[-2,-2]", "[0,16]")}}`, 16),
  fileOf(`{"a":${f32("[4294967296,4294967296]", "[0,0]")}}`, 0),
  fileOf(`{"a":${f32("[2,3]", "[0,16]")}}`, 16),
  // Numbers that are equal to what they should be, and are no whole numbers.
  fileOf(`{"a":${f32("[2.0,2]", "[0,16]")}}`, 16),
  fileOf(`{"a":${f32("[2,2]", "[-0,16]")}}`, 16),
  fileOf(`{"a":${f32("[2,2]", "[0,1.6e1]")}}`, 16),
  // A header that is longer than the file, than is allowed, or than a number.
  fileOf("{}", 0, 1000n),
  fileOf("{}", 0, 100_000_001n),
  fileOf("{}", 0, 2n ** 64n - 1n),
  // No object, text behind it, metadata that is no text, a nest.
  fileOf("[]", 0),
  fileOf("{}{}", 0),
  fileOf(`{"__metadata__":{"a":1},"a":${whole}}`, 16),
  fileOf(`{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, 0),
];

/** Small proper files of many types. */
export const properFiles: readonly Uint8Array[] = [
  file({ "model.norm.weight": ["BF16", [4], 8], "model.a.weight": ["F32", [2, 3], 24] }),
  file({ a: ["U32", [2, 2], 16], "a.scales": ["F16", [2, 1], 4], "a.biases": ["F16", [2, 1], 4] }),
  file({ empty: ["F32", [0, 3], 0], one: ["I64", [], 8], bytes: ["U8", [3], 3] }),
  file({ '\u00e9"\\': ["BOOL", [1], 1], b: ["F64", [1, 1, 1], 8] }, { format: "pt" }),
];

function file(
  entries: Record<string, [string, number[], number]>,
  metadata?: Record<string, string>,
): Uint8Array {
  const tensors: Tensors = new Map(
    Object.entries(entries).map(([name, [dtype, shape, bytes]]) => [
      name,
      { dtype, shape, data: new Uint8Array(bytes) },
    ]),
  );
  return new Uint8Array(
    writeSafetensors(tensors, (header) => {
      if (metadata !== undefined) Object.assign(header, { __metadata__: metadata });
    }),
  );
}
