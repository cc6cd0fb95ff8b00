// This folder: checkpoints of random numbers at published shapes, and recordings.

import { existsSync, statSync } from "node:fs";
import { mkdir, open, rename, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "../../tools/folders.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import { bytes } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";

/** Where generated models lie; nothing else does, so it can be deleted at any time. */
export const syntheticFolder = join(root, ".cache/bench");

/** A part of a file: `length` bytes, `block` over and over. */
export interface Part {
  block: Uint8Array;
  length: number;
}

/** Bytes as a part of their own. */
export function once(block: Uint8Array): Part {
  return { block, length: block.length };
}

/** Writes a file unless it is there already: whole or not at all. */
export async function generate(
  path: string,
  what: string,
  parts: readonly Part[],
  progress: Progress,
): Promise<void> {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  if (existsSync(path) && statSync(path).size === size) return;
  await mkdir(dirname(path), { recursive: true });
  const { bavail, bsize } = await statfs(dirname(path));
  const free = bavail * bsize;
  progress.note(`writing random weights once: ${what}, ${bytes(size)} (${bytes(free)} free)`);
  if (free < size) {
    const message = `${dirname(path)}: ${what} needs ${bytes(size)}, ${bytes(free)} are free`;
    throw new AsrError("usage", message, "make room, or leave --synthetic out");
  }
  const unfinished = `${path}.unfinished`;
  const file = await open(unfinished, "w");
  try {
    for (const part of parts) await writePart(file, part);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

async function writePart(
  file: { write(bytes: Uint8Array): Promise<unknown> },
  { block, length }: Part,
): Promise<void> {
  for (let left = length; left > 0; left -= block.length) {
    await file.write(left < block.length ? block.subarray(0, left) : block);
  }
}
