import type { ByteSource } from "./byte-source.ts";

/** How much of a file is searched for others that were joined to it, and how much at once. */
const maxSearched = 1 << 28;
const blockLength = 1 << 20;

/** What files of a format begin with. */
export interface Beginning {
  /** Its first bytes, as Latin-1. */
  name: string;
  /** How many bytes tell a beginning from other bytes that are the name by chance. */
  length: number;
  /** Whether these bytes, of that length, are a beginning. */
  isOne: (bytes: Uint8Array) => boolean;
}

/** Where files of a format begin within a file, as where some were joined. */
export async function beginningsWithin(
  source: ByteSource,
  { name, length, isOne }: Beginning,
): Promise<number[]> {
  const starts: number[] = [];
  for (let at = 0; at < Math.min(source.length, maxSearched); at += blockLength) {
    const bytes = Buffer.from(await source.read(at, blockLength + length - 1));
    for (let i = bytes.indexOf(name); i >= 0; i = bytes.indexOf(name, i + 1)) {
      const found = bytes.subarray(i, i + length);
      if (i < blockLength && found.length === length && isOne(found)) starts.push(at + i);
    }
  }
  return starts;
}
