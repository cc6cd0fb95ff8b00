// This folder: what files say about themselves, read from a few of their bytes.

/** The bytes of a file, at any place. */
export interface ByteSource {
  /** Number of bytes. */
  readonly length: number;
  /** The bytes from `at` on: `length` of them, fewer where the file ends. */
  read(at: number, length: number): Promise<Uint8Array>;
}

/** Bytes that are all there. */
export function bytesAsSource(bytes: Uint8Array): ByteSource {
  return {
    length: bytes.length,
    read: async (at, length) => bytes.subarray(at, at + length),
  };
}

/** A view of bytes for reading numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes as Latin-1 text, as names of chunks and boxes are; fewer where the bytes end. */
export function textAt(bytes: Uint8Array, at: number, length = 4): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

/** The same source, read in larger blocks, for those who look at many places in order. */
export function inBlocks(source: ByteSource, blockLength = 1 << 18): ByteSource {
  let start = 0;
  let block: Uint8Array = new Uint8Array(0);
  return {
    length: source.length,
    read: async (at, length) => {
      if (at < start || at + length > start + block.length) {
        start = at;
        block = await source.read(at, Math.max(length, blockLength));
      }
      return block.subarray(at - start, at - start + length);
    },
  };
}
