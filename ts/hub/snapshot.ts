import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { indexName } from "../checkpoint/incomplete.ts";
import { missingName } from "../checkpoint/needed.ts";
import { AsrError } from "../contract/errors.ts";
import { program } from "../native/program.ts";
import type { CachedModel } from "./cache.ts";
import { isTaken, isWeights, shardsOfIndex } from "./listing.ts";

/** A file in the cache whose bytes do not have the hash that the hub gave them. */
export interface CorruptFile {
  /** Name in the snapshot. */
  name: string;
  expected: string;
  found: string;
}

/** The files of a checkpoint that a commit has in the cache. */
export async function snapshotNames(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter(isTaken).sort();
}

/**
 * The first file that a checkpoint needs, or that its index names, and that is not there. That a
 * folder exists says nothing: downloads end in the middle.
 */
export async function missingFile(folder: string): Promise<string | undefined> {
  const names: string[] = [];
  for (const name of await snapshotNames(folder)) {
    if (await isFile(join(folder, name))) names.push(name);
  }
  const isThere = (name: string) => names.includes(name);
  const weights = await weightNames(folder, names);
  return missingName(isThere) ?? weights.find((name) => !isThere(name));
}

/**
 * The files of a commit whose bytes are wrong. They are read at the first use, as another tool may
 * have put them there, and when they changed; `thorough` reads them always. A file that is no link
 * to a blob has no hash to compare with.
 */
export async function corruptFiles(
  model: CachedModel,
  commit: string,
  signal: AbortSignal,
  thorough = false,
): Promise<CorruptFile[]> {
  const folder = model.snapshot(commit);
  const corrupt: CorruptFile[] = [];
  for (const name of await snapshotNames(folder)) {
    const path = join(folder, name);
    const expected = await model.hashOf(path);
    if (expected === undefined || !(await isFile(path))) continue;
    const found = await model.wrongHash(path, expected, signal, thorough);
    if (found !== undefined) corrupt.push({ name, expected, found });
  }
  return corrupt;
}

/** The error for corrupt files; there is at least one. */
export function corruptError(id: string, [first, ...others]: readonly CorruptFile[]): AsrError {
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  const { name, expected, found } = first!;
  const why = `${name}${more} is corrupt: its hash should be ${expected}, but is ${found}`;
  return new AsrError("model", `${id}: ${why}`, `fetch it again: ${program} models pull ${id}`);
}

async function weightNames(folder: string, names: readonly string[]): Promise<string[]> {
  if (!names.includes(indexName)) return [names.find(isWeights) ?? "model.safetensors"];
  const text = await readFile(join(folder, indexName), "utf8").catch(() => "");
  // What is wrong with an index that is there, its hash says, or whoever opens the checkpoint.
  return shardsOfIndex(text) ?? [indexName];
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
