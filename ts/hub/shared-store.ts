import { lstat, readdir, readlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/**
 * Since 2.4 huggingface_hub keeps large files once for all models of a cache, in
 * `CACHE/blobs/XX/XETHASH`, and a model's blob is a link to that. Only that library, which locks
 * each of these files, may remove them.
 */
export interface SharedFile {
  path: string;
  bytes: number;
}

/** The files of the shared store that blobs in a model's folder are. */
export async function sharedFiles(cacheFolder: string, model: string): Promise<SharedFile[]> {
  const store = join(resolve(cacheFolder), "blobs");
  const found = new Map<string, SharedFile>();
  for (const path of await linkEnds(join(model, "blobs"))) {
    const isIn = dirname(dirname(path)) === store;
    const state = isIn ? await lstat(path).catch(() => undefined) : undefined;
    if (state?.isFile()) found.set(path, { path, bytes: state.size });
  }
  return [...found.values()];
}

/** Bytes of those files that no model of the cache uses any more. */
export async function unusedBytes(
  cacheFolder: string,
  files: readonly SharedFile[],
): Promise<number> {
  if (files.length === 0) return 0;
  const used = new Set<string>();
  for (const name of await readdir(cacheFolder).catch(() => [])) {
    for (const path of await linkEnds(join(cacheFolder, name, "blobs"))) used.add(path);
  }
  return files.reduce((sum, { path, bytes }) => sum + (used.has(path) ? 0 : bytes), 0);
}

/** Where the links in a folder lead. */
async function linkEnds(folder: string): Promise<string[]> {
  const ends: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const target = await readlink(join(folder, name)).catch(() => undefined);
    if (target !== undefined) ends.push(resolve(folder, target));
  }
  return ends;
}
