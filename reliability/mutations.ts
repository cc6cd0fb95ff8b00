import type { Random } from "./check.ts";
import { between, pick, randomBytes } from "./random.ts";

const numbers = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000];
const large = [0xfffffffe, 0xffffffff, 2 ** 53, 2 ** 62, 2 ** 63, 2 ** 64 - 2048];

/** Bytes with a few faults: bits, numbers, stretches that are gone, doubled or of another file. */
export function mutatedBytes(random: Random, bytes: Uint8Array, other = bytes): Uint8Array {
  let mutated: Uint8Array = Uint8Array.from(bytes);
  for (let faults = between(random, 1, 5); faults > 0; faults--) {
    mutated = withFault(random, mutated, other);
  }
  return mutated;
}

function withFault(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const at = between(random, 0, bytes.length + 1);
  const end = Math.min(bytes.length, at + between(random, 1, 64));
  const [before, taken, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, end),
    bytes.subarray(end),
  ];
  switch (between(random, 0, 9)) {
    case 0:
      return before;
    case 1:
      return joined(before, after);
    case 2:
      return joined(before, taken, taken, after);
    case 3:
      return joined(before, randomBytes(random, taken.length), bytes.subarray(at));
    case 4: {
      const from = between(random, 0, other.length);
      return joined(before, other.subarray(from, from + between(random, 1, 256)), after);
    }
    case 5:
      return withNumber(random, bytes, at);
    case 6:
      // Heads are where sizes are.
      return withNumber(random, bytes, between(random, 0, Math.min(bytes.length, 48)));
    default:
      if (taken.length > 0) taken[0]! ^= 1 << between(random, 0, 8);
      return bytes;
  }
}

function withNumber(random: Random, bytes: Uint8Array, at: number): Uint8Array {
  const width = pick(random, [1, 2, 4, 8]);
  if (at + width > bytes.length) return bytes;
  const value = BigInt(pick(random, random() < 0.7 ? numbers : large));
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  if (width === 1) view.setUint8(0, Number(value & 0xffn));
  if (width === 2) view.setUint16(0, Number(value & 0xffffn), true);
  if (width === 4) view.setUint32(0, Number(value & 0xffffffffn), true);
  if (width === 8) view.setBigUint64(0, value, true);
  return bytes;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
