import { open } from "node:fs/promises";
import { CryptoHasher } from "bun";

/** Little enough that nothing else in the thread waits for the hash of one chunk. */
const chunkBytes = 2 ** 20;

/** Whether a text is a hash as the hub names content by: SHA-256 in hexadecimal, or git's SHA-1. */
export function isContentHash(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/**
 * Hashes content the way its name was made: 64 digits are the SHA-256 of the bytes (large files),
 * 40 digits the SHA-1 of a git blob, `blob <size>\0` and the bytes (small files).
 */
export async function hashLike(name: string, path: string, signal?: AbortSignal): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const hasher = new CryptoHasher(name.length === 64 ? "sha256" : "sha1");
    if (name.length !== 64) hasher.update(`blob ${size}\0`);
    const buffer = new Uint8Array(Math.min(chunkBytes, Math.max(size, 1)));
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return hasher.digest("hex");
      hasher.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
