import {
  link,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { deadEnd } from "./dead-links.ts";
import { hashLike, isContentHash } from "./digest.ts";
import type { RemoteFile } from "./listing.ts";
import { defaultRevision } from "./names.ts";
import type { Tuning } from "./tuning.ts";

/**
 * One model in the cache, laid out as Python's huggingface_hub does:
 *
 *     models--org--name/blobs/HASH                the bytes of a file
 *     models--org--name/snapshots/COMMIT/FILE     a link to ../../blobs/HASH
 *     models--org--name/refs/REVISION             the commit of a branch or tag
 *
 * Beside a blob, `HASH.bun-asr.verified` has the size and the time stamp it had when its bytes were
 * found to have that hash, and `HASH.bun-asr.partial` is what was fetched of it so far.
 */
export class CachedModel {
  readonly folder: string;
  /** Outside of `folder`, which may be removed. */
  readonly lockPath: string;

  constructor(cacheFolder: string, id: string) {
    const name = folderName(id);
    this.folder = join(cacheFolder, name);
    this.lockPath = join(cacheFolder, ".locks", name, "bun-asr.lock");
  }

  blob(hash: string): string {
    return join(this.folder, "blobs", hash);
  }

  partial(hash: string): string {
    return `${this.blob(hash)}.bun-asr.partial`;
  }

  snapshot(commit: string): string {
    return join(this.folder, "snapshots", commit);
  }

  ref(revision: string): string {
    return join(this.folder, "refs", revision);
  }

  /** The commit of a revision as it was last fetched; a commit may be shortened to 7 digits. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision;
    const commit = (await textOf(this.ref(revision))).trim();
    if (isCommit(commit)) return commit;
    if (!/^[0-9a-f]{7,39}$/.test(revision)) return undefined;
    const [meant, ...others] = (await this.commits()).filter((one) => one.startsWith(revision));
    return others.length === 0 ? meant : undefined;
  }

  /**
   * The same without asking the hub: what was fetched by its commit has no ref, and the only
   * commit that is here is what somebody means who names none.
   */
  async likelyCommitOf(revision: string): Promise<string | undefined> {
    const commit = await this.commitOf(revision);
    if (commit !== undefined || revision !== defaultRevision) return commit;
    const [only, ...others] = await this.commits();
    return others.length === 0 ? only : undefined;
  }

  /** The commits that have a snapshot, whole or not. */
  async commits(): Promise<string[]> {
    const names = await readdir(join(this.folder, "snapshots")).catch(() => []);
    return names.filter(isCommit).sort();
  }

  /** The hash in the name of the blob that a file of a snapshot is, if it is a blob. */
  async hashOf(file: string): Promise<string | undefined> {
    const target = await readlink(file).catch(() => "");
    const name = basename(target);
    return isContentHash(name) ? name : undefined;
  }

  /**
   * What the hash of a file is, where it should have another one; undefined if all is well. The
   * file is read once, and again when it changed; `thorough` reads it always.
   */
  async wrongHash(
    file: string,
    hash: string,
    signal: AbortSignal,
    thorough = false,
  ): Promise<string | undefined> {
    const noted = this.#verified(hash);
    const { size, mtimeMs } = await stat(file);
    const state = stateText(size, mtimeMs);
    if (!thorough && (await textOf(noted)) === state) return undefined;
    const found = await hashLike(hash, file, signal);
    if (found === hash) await this.#note(noted, state);
    else await rm(noted, { force: true }).catch(() => {});
    return found === hash ? undefined : found;
  }

  /** Whether a file of a commit is here with the right bytes, as a blob or in its place. */
  async holds(
    commit: string,
    { name, size, hash }: RemoteFile,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (const path of [this.blob(hash), join(this.snapshot(commit), name)]) {
      const found = await stat(path).catch(() => undefined);
      if (found === undefined) continue;
      return found.size === size && (await this.wrongHash(path, hash, signal)) === undefined;
    }
    return false;
  }

  /** Makes a fetched file, whose hash was checked, the blob of that hash. */
  async adopt(partial: string, hash: string): Promise<void> {
    const path = this.blob(hash);
    await rename(partial, path);
    const { size, mtimeMs } = await stat(path);
    await this.#note(this.#verified(hash), stateText(size, mtimeMs));
  }

  /** Puts the names of adopted blobs on the disk, where folders can be synchronised. */
  async sync(): Promise<void> {
    const folder = await open(join(this.folder, "blobs"), "r").catch(() => undefined);
    await folder?.sync().catch(() => {});
    await folder?.close();
  }

  async removeBlob(hash: string): Promise<void> {
    await rm(this.blob(hash), { force: true });
    await rm(this.#verified(hash), { force: true });
  }

  /** Makes a blob visible under its name. Where links cannot be made, the file moves there. */
  async expose(commit: string, name: string, hash: string, tuning: Tuning): Promise<void> {
    const snapshot = this.snapshot(commit);
    if ((await deadEnd(snapshot)) !== undefined) await rm(snapshot);
    const path = join(snapshot, name);
    const target = relative(dirname(path), this.blob(hash));
    const isThere = (await readlink(path).catch(() => undefined)) === target;
    // Without a blob, the file is in its place already.
    if (isThere || !(await stat(this.blob(hash)).catch(() => undefined))) return;
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    try {
      await tuning.link(target, path);
    } catch {
      await link(this.blob(hash), path).catch(() => rename(this.blob(hash), path));
    }
  }

  /** Notes which commit a branch or tag is; readers see the old text or the new one. */
  async writeRef(revision: string, commit: string): Promise<void> {
    if (isCommit(revision) || (await this.commitOf(revision)) === commit) return;
    const path = this.ref(revision);
    // Every file under refs/ is a ref to other tools, so the new text grows elsewhere.
    const grown = join(this.folder, "blobs", `${crypto.randomUUID()}.bun-asr.ref`);
    await writeFile(grown, commit);
    await mkdir(dirname(path), { recursive: true });
    await rename(grown, path);
  }

  #verified(hash: string): string {
    return `${this.blob(hash)}.bun-asr.verified`;
  }

  /** A cache that cannot be written is used all the same; it is then read again the next time. */
  async #note(path: string, state: string): Promise<void> {
    await writeFile(path, state).catch(() => {});
  }
}

/** The name of a model's folder in the cache. */
export function folderName(id: string): string {
  return `models--${id.replace("/", "--")}`;
}

/** The id of a model whose folder in the cache has this name. */
export function idOfFolder(name: string): string | undefined {
  const [, organization, model] = /^models--([\w.-]+?)--([\w.-]+)$/.exec(name) ?? [];
  return organization === undefined ? undefined : `${organization}/${model}`;
}

/**
 * The id as the cache spells it: the hub does not tell upper from lower case, folders do. An id
 * that the cache does not have in any spelling stays as it is.
 */
export async function cachedSpelling(cacheFolder: string, id: string): Promise<string> {
  const wanted = folderName(id);
  const names: string[] = await readdir(cacheFolder).catch(() => []);
  if (names.includes(wanted)) return id;
  const alike = names.find((name) => name.toLowerCase() === wanted.toLowerCase());
  return (alike && idOfFolder(alike)) ?? id;
}

/** Whether a revision is the name of one commit for ever. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

function stateText(size: number, mtimeMs: number): string {
  return `${size} ${mtimeMs}\n`;
}

async function textOf(path: string): Promise<string> {
  return await readFile(path, "utf8").catch(() => "");
}
