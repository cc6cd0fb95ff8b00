import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { AsrError } from "../errors.ts";
import type { CachedModel } from "./cache.ts";
import { indexName, isTaken, isWeights, neededNames, shardsOfIndex } from "./listing.ts";

/** What was found wrong with a file in the cache. */
export interface CorruptFile {
  /** Name in the snapshot. */
  name: string;
  /** The hash in the blob's name, and that of its bytes. */
  expected: string;
  found: string;
}

/** A commit in the cache: ready to be opened, or what is wrong with it. */
export interface SnapshotState {
  /** Files of a checkpoint that are there. */
  names: readonly string[];
  /** The first file that is needed and not there. */
  missing: string | undefined;
  corrupt: readonly CorruptFile[];
}

/**
 * Looks at a commit in the cache. Complete is: every file that a checkpoint needs and every shard
 * of the index are there, and each has the bytes that its hash says (see `CachedModel.wrongHash`;
 * files that another tool put there without links have no hash).
 */
export async function snapshotState(
  model: CachedModel,
  commit: string,
  signal: AbortSignal,
  thorough = false,
): Promise<SnapshotState> {
  const folder = model.snapshot(commit);
  const names = (await readdir(folder).catch(() => [])).filter(isTaken).sort();
  const missing = await firstMissing(folder, names);
  const corrupt: CorruptFile[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const expected = await model.hashOf(path);
    if (expected === undefined || !(await isFile(path))) continue;
    const found = await model.wrongHash(path, expected, signal, thorough);
    if (found !== undefined) corrupt.push({ name, expected, found });
  }
  return { names, missing, corrupt };
}

/** The error for files whose bytes are not what their hashes say. */
export function corruptError(id: string, [first, ...others]: readonly CorruptFile[]): AsrError {
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  const { name, expected, found } = first!;
  const why = `${name}${more} is corrupt: its hash should be ${expected}, but is ${found}`;
  return new AsrError("model", `${id}: ${why}`, `fetch it again: bun run models pull ${id}`);
}

async function firstMissing(folder: string, names: readonly string[]): Promise<string | undefined> {
  const needed = [...neededNames, ...(await weightNames(folder, names))];
  for (const name of needed) if (!(await isFile(join(folder, name)))) return name;
  return undefined;
}

async function weightNames(folder: string, names: readonly string[]): Promise<string[]> {
  if (!names.includes(indexName)) return [names.find(isWeights) ?? "model.safetensors"];
  const text = await readFile(join(folder, indexName), "utf8").catch(() => "");
  return shardsOfIndex(text) ?? [indexName];
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
