import { lstat, readdir, readFile, readlink, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { AsrError } from "../contract/errors.ts";
import { program } from "../native/program.ts";
import { CachedModel, idOfFolder } from "./cache.ts";
import { type DeadLink, deadLinks, deadLinkText, snapshotName } from "./dead-links.ts";
import { isContentHash } from "./digest.ts";
import { configName } from "./listing.ts";
import { withCacheLock } from "./lock.ts";
import { sharedFiles, unusedBytes } from "./shared-store.ts";
import { missingFile } from "./snapshot.ts";
import { storageError } from "./storage.ts";
import { defaultTuning } from "./tuning.ts";

/** A commit of a speech model in the cache. */
export interface CachedCommit {
  id: string;
  commit: string;
  /** The branches and tags that are this commit. */
  revisions: string[];
  folder: string;
  /** Bytes of its files. */
  bytes: number;
  /** The first file that is missing, or null when it can be opened. */
  missing: string | null;
  /** Files that are links to what is not there. */
  deadLinks: DeadLink[];
}

/** Whether a commit can be opened, for a person. */
export function stateText({
  missing,
  deadLinks: [dead, ...others],
}: Pick<CachedCommit, "missing" | "deadLinks">): string {
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  if (dead !== undefined) return `broken: ${deadLinkText(dead)}${more}`;
  return missing === null ? "complete" : `incomplete: no ${missing}`;
}

/** Every commit of every Qwen3-ASR checkpoint and aligner in the cache, whoever fetched it. */
export async function cachedCommits(cacheFolder: string): Promise<CachedCommit[]> {
  const found: CachedCommit[] = [];
  for (const name of await entries(cacheFolder)) {
    const id = idOfFolder(name);
    if (id !== undefined) found.push(...(await commitsOf(cacheFolder, id)));
  }
  return found;
}

/**
 * The commits of one model that are checkpoints of ours. A configuration that is a dead link cannot
 * tell; the name of the model does then, or that it was asked for by name.
 */
export async function commitsOf(
  cacheFolder: string,
  id: string,
  isNamed = false,
): Promise<CachedCommit[]> {
  const model = new CachedModel(cacheFolder, id);
  const refs = await refsOf(model);
  const found: CachedCommit[] = [];
  for (const commit of await entries(join(model.folder, "snapshots"))) {
    const folder = model.snapshot(commit);
    const dead = await deadLinks(folder);
    const isUnread = dead.some(({ name }) => name === configName || name === snapshotName);
    const config = await readFile(join(folder, configName), "utf8").catch(() => "");
    // The official layout has it as model_type, others at another place.
    const isOurs =
      /qwen3[_-]?(?:asr|forced[_-]?aligner)|mega_asr/i.test(config) ||
      (isUnread && (isNamed || /asr|aligner/i.test(id)));
    if (!isOurs) continue;
    const revisions = refs.filter((ref) => ref.commit === commit).map(({ revision }) => revision);
    const bytes = await reachableBytes(folder);
    found.push({
      id,
      commit,
      revisions,
      folder,
      bytes,
      missing: (await missingFile(folder)) ?? null,
      deadLinks: dead,
    });
  }
  return found;
}

/** What removing freed. */
export interface Removal {
  freed: number;
  /** What no model uses any more, and only huggingface_hub may remove. */
  shared: number;
}

/** Removes one commit with the blobs that no other one uses, or without one the whole model. */
export async function removeFromCache(
  cacheFolder: string,
  id: string,
  commit: string | undefined,
  signal: AbortSignal,
): Promise<Removal> {
  const model = new CachedModel(cacheFolder, id);
  const isThere = await lstat(commit === undefined ? model.folder : model.snapshot(commit)).catch(
    () => undefined,
  );
  if (isThere === undefined) throw notCached(id, cacheFolder);
  const options = { beatMs: defaultTuning.beatMs, signal };
  try {
    return await withCacheLock(model.lockPath, options, async () => {
      const before = await ownBytes(model.folder);
      const shared = await sharedFiles(cacheFolder, model.folder);
      if (commit !== undefined) await removeCommit(model, commit);
      const left = commit === undefined ? [] : await entries(join(model.folder, "snapshots"));
      if (left.length === 0) await rm(model.folder, { recursive: true, force: true });
      const freed = before - (await ownBytes(model.folder));
      return { freed, shared: await unusedBytes(cacheFolder, shared) };
    });
  } catch (error) {
    throw storageError(error, cacheFolder);
  }
}

/** The error for a model or revision that the cache does not have. */
export function notCached(shown: string, cacheFolder: string): AsrError {
  const hint = `see what there is with: ${program} models list`;
  return new AsrError("model", `${shown}: is not in ${cacheFolder}`, hint);
}

async function removeCommit(model: CachedModel, commit: string): Promise<void> {
  await rm(model.snapshot(commit), { recursive: true });
  // A ref to a commit that is gone makes the cache corrupt for other tools.
  for (const ref of await refsOf(model)) {
    if (ref.commit === commit) await rm(model.ref(ref.revision));
  }
  const used = await usedHashes(model);
  const blobs = join(model.folder, "blobs");
  for (const name of await entries(blobs)) {
    const hash = name.split(".")[0]!;
    if (isContentHash(hash) && !used.has(hash)) await rm(join(blobs, name));
  }
}

/** The blobs that a snapshot has, with those in subfolders that other tools fetched. */
async function usedHashes({ folder }: CachedModel): Promise<Set<string>> {
  const snapshots = join(folder, "snapshots");
  const used = new Set<string>();
  for (const path of await readdir(snapshots, { recursive: true }).catch(() => [])) {
    used.add(basename(await readlink(join(snapshots, path)).catch(() => "")));
  }
  return used;
}

async function refsOf(model: CachedModel): Promise<{ revision: string; commit: string }[]> {
  const found: { revision: string; commit: string }[] = [];
  const all = await readdir(join(model.folder, "refs"), { recursive: true }).catch(() => []);
  for (const revision of all.sort()) {
    const commit = (await readFile(model.ref(revision), "utf8").catch(() => "")).trim();
    if (commit !== "") found.push({ revision, commit });
  }
  return found;
}

async function reachableBytes(folder: string): Promise<number> {
  const names = await entries(folder);
  return names.reduce((sum, name) => sum + Bun.file(join(folder, name)).size, 0);
}

/** Bytes of the files of a folder; where links lead to is not its own. */
async function ownBytes(folder: string): Promise<number> {
  const sizes = new Map<number, number>();
  for (const path of await readdir(folder, { recursive: true }).catch(() => [])) {
    const found = await lstat(join(folder, path)).catch(() => undefined);
    if (found?.isFile()) sizes.set(found.ino, found.size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

async function entries(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
