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
  if (name.length === 64) return await sha256Of(path, signal);
  const blob = new CryptoHasher("sha1").update(`blob ${Bun.file(path).size}\0`);
  return await hashOf(path, blob, signal);
}

/** The SHA-256 of a file's bytes. */
export function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  return hashOf(path, new CryptoHasher("sha256"), signal);
}

async function hashOf(path: string, hasher: CryptoHasher, signal?: AbortSignal): Promise<string> {
  await using file = await open(path);
  const buffer = new Uint8Array(chunkBytes);
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return hasher.digest("hex");
    hasher.update(buffer.subarray(0, bytesRead));
  }
}
