import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkConfig } from "../checkpoint/check.ts";
import { indexName } from "../checkpoint/incomplete.ts";
import { readJsonObject } from "../checkpoint/json-file.ts";
import type { WantedKind } from "../checkpoint/kind.ts";
import { AsrError } from "../contract/errors.ts";
import { CachedModel } from "./cache.ts";
import { HubClient } from "./client.ts";
import { deadEnd, deadLinkText } from "./dead-links.ts";
import { type DownloadContext, FileDownload } from "./download.ts";
import {
  checkpointFiles,
  configName,
  fetchListing,
  type Listing,
  type RemoteFile,
  shardsOfIndex,
  unusable,
} from "./listing.ts";
import { type HeldLock, withCacheLock } from "./lock.ts";
import { displayName, type HubModel } from "./names.ts";
import { notHere } from "./not-here.ts";
import { Fault, withRetries } from "./retries.ts";
import type { HubSettings } from "./settings.ts";
import { Slots } from "./slots.ts";
import { corruptError, corruptFiles, missingFile } from "./snapshot.ts";
import { checkSpace, storageError } from "./storage.ts";
import { defaultTuning, type Tuning } from "./tuning.ts";

/** How far a download is. */
export interface DownloadProgress {
  phase: "download";
  /** Bytes of the model that are here, with those of earlier attempts. */
  done: number;
  /** Bytes of the model; undefined until the hub has told them. */
  total: number | undefined;
  /** The file that the last bytes belong to. */
  file: string | undefined;
  /** What a person should hear meanwhile: a failure that is tried again, a token in danger. */
  note?: string;
}

/** What a caller of a download may want to know. */
export interface PullOptions {
  /** What the model is wanted for: another one is refused before its weights are fetched. */
  kind?: WantedKind | undefined;
  /** Ends the download with the signal's reason; what was fetched is kept. */
  signal?: AbortSignal | undefined;
  /** Called before the first byte, so that the size is known, and for each block. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Called when another process downloads the same model: its end is waited for. */
  onWait?: (() => void) | undefined;
}

/** A model of the hub that can be opened. */
export interface PulledModel {
  folder: string;
  commit: string;
  /** What this call fetched. */
  bytes: number;
}

/**
 * A model that is in the cache complete, found without a word to the network; with `isCutOff`, the
 * only commit that is here also when nothing says that it is the revision.
 */
export async function cachedModel(
  name: HubModel,
  settings: HubSettings,
  signal: AbortSignal,
  isCutOff = settings.offline,
): Promise<PulledModel | undefined> {
  const model = new CachedModel(settings.cacheFolder, name.id);
  const { revision } = name;
  const commit = await (isCutOff ? model.likelyCommitOf(revision) : model.commitOf(revision));
  if (commit === undefined) return undefined;
  const folder = model.snapshot(commit);
  if ((await missingFile(folder)) !== undefined) return undefined;
  const corrupt = await corruptFiles(model, commit, signal);
  if (corrupt.length === 0) return { folder, commit, bytes: 0 };
  if (settings.offline) throw corruptError(displayName(name), corrupt);
  return undefined;
}

/**
 * Brings a model of the hub into the cache and up to date, or returns what is there already when
 * `ifNeeded`. One process at a time does so for each model. Throws `model` for everything that the
 * hub, the network or the disk can do wrong.
 */
export async function pull(
  name: HubModel,
  settings: HubSettings,
  options: PullOptions & { ifNeeded?: boolean } = {},
  tuning: Tuning = defaultTuning,
): Promise<PulledModel> {
  const { signal = new AbortController().signal, onWait, ifNeeded, kind } = options;
  if (settings.offline) {
    const found = await cachedModel(name, settings, signal);
    if (found !== undefined) return found;
    throw await notHere(name, settings, { why: "the network is switched off", kind });
  }
  const model = new CachedModel(settings.cacheFolder, name.id);
  try {
    await checkFolders([settings.cacheFolder, model.folder]);
    const lockOptions = { beatMs: tuning.beatMs, signal, onWait };
    return await withCacheLock(model.lockPath, lockOptions, async (lock) => {
      // Whoever held the lock before may have fetched it.
      const found = ifNeeded ? await cachedModel(name, settings, signal) : undefined;
      if (found !== undefined) return found;
      return await new Pull(name, model, settings, tuning, lock, { ...options, signal }).run();
    });
  } catch (error) {
    const isCutOff = error instanceof Fault && error.unreachable !== undefined;
    const found =
      ifNeeded && isCutOff ? await cachedModel(name, settings, signal, true) : undefined;
    if (found !== undefined) return found;
    throw await failureOf(error, name, settings, kind);
  }
}

/** What a person is told when the hub, the network or the disk failed. */
export async function failureOf(
  error: unknown,
  name: HubModel,
  settings: HubSettings,
  kind?: WantedKind,
): Promise<unknown> {
  if (!(error instanceof Fault)) return storageError(error, settings.cacheFolder);
  const { host } = new URL(settings.endpoint);
  const why = `${host} cannot be reached (${error.unreachable})`;
  if (error.unreachable !== undefined) return await notHere(name, settings, { why, kind });
  const hint = "run it again later: it goes on where it stopped";
  return new AsrError("model", error.message, hint, { cause: error });
}

/** Refuses folders that are links to a disk which is not here: they are not ours to replace. */
async function checkFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const target = await deadEnd(folder);
    if (target === undefined) continue;
    const hint = "is its disk mounted? Else remove the link";
    throw new AsrError("model", deadLinkText({ name: folder, target }), hint);
  }
}

/** One run of a download, under the lock. */
class Pull {
  readonly #name: HubModel;
  readonly #model: CachedModel;
  readonly #client: HubClient;
  readonly #lock: HeldLock;
  readonly #options: PullOptions & { signal: AbortSignal };
  /** How far the download was when somebody was last told. */
  #progress: DownloadProgress = { phase: "download", done: 0, total: undefined, file: undefined };

  constructor(
    name: HubModel,
    model: CachedModel,
    settings: HubSettings,
    tuning: Tuning,
    lock: HeldLock,
    options: PullOptions & { signal: AbortSignal },
  ) {
    this.#name = name;
    this.#model = model;
    this.#client = new HubClient(settings, tuning, (note) =>
      options.onProgress?.({ ...this.#progress, note }),
    );
    this.#lock = lock;
    this.#options = options;
  }

  async run(): Promise<PulledModel> {
    const { id, revision } = this.#name;
    const { tuning } = this.#client;
    const listing = await withRetries(this.#client, this.#options.signal, () =>
      fetchListing(this.#client, this.#name, this.#options.signal),
    );
    const { commit } = listing;
    await mkdir(join(this.#model.folder, "blobs"), { recursive: true });
    const files = checkpointFiles(listing, id, await this.#shards(listing));
    const absent = await this.#absent(commit, files);
    const bytes = await this.#fetch(commit, files, absent);
    await this.#model.sync();
    await this.#lock.check();
    for (const { name, hash } of files) await this.#model.expose(commit, name, hash, tuning);
    await this.#model.writeRef(revision, commit);
    return { folder: this.#model.snapshot(commit), commit, bytes };
  }

  /** The shards by the index, which is fetched first: it says what else is. */
  async #shards({ commit, files }: Listing): Promise<string[] | undefined> {
    const index = files.get(indexName);
    if (index === undefined) return undefined;
    await this.#fetch(commit, [], await this.#absent(commit, [index]), true);
    const shards = shardsOfIndex(await readFile(this.#model.blob(index.hash), "utf8"));
    if (shards === undefined) throw unusable(this.#name.id, `${indexName} names no shards`);
    return shards;
  }

  /** The files that are not in the cache, or not as they should be. */
  async #absent(commit: string, files: readonly RemoteFile[]): Promise<RemoteFile[]> {
    const absent = new Map<string, RemoteFile>();
    for (const file of files) {
      if (await this.#model.holds(commit, file, this.#options.signal)) continue;
      await this.#model.removeBlob(file.hash);
      absent.set(file.hash, file);
    }
    return [...absent.values()];
  }

  /** Fetches the absent ones of `files`; returns the bytes that this took. */
  async #fetch(
    commit: string,
    files: readonly RemoteFile[],
    absent: readonly RemoteFile[],
    silently = false,
  ): Promise<number> {
    const { onProgress, signal } = this.#options;
    const { freeBytes, connections } = this.#client.tuning;
    const total = files.reduce((sum, { size }) => sum + size, 0);
    let done = total;
    const slots = new Slots(connections, signal);
    const context: DownloadContext = {
      client: this.#client,
      model: this.#model,
      id: this.#name.id,
      commit,
      lock: this.#lock,
      slots,
      onBytes: (bytes, file) => {
        done += bytes;
        if (silently) return;
        this.#progress = { phase: "download", done, total, file };
        onProgress?.(this.#progress);
      },
    };
    const downloads: FileDownload[] = [];
    try {
      for (const file of absent) downloads.push(await FileDownload.open(context, file));
      const present = downloads.reduce((sum, { bytes }) => sum + bytes, 0);
      const needed = absent.reduce((sum, { size }) => sum + size, 0) - present;
      checkSpace(this.#model.folder, needed, await freeBytes(this.#model.folder));
      done -= needed;
      const [first] = absent;
      if (first !== undefined) context.onBytes(0, first.name);
      // What is another model shows in its configuration, before gigabytes were fetched.
      const runs = downloads.map((download) => () => download.run());
      const configs = absent.findIndex(({ name }) => name === configName) + 1;
      await slots.all(runs.slice(0, configs));
      this.#refuseOthers(files);
      await slots.all(runs.slice(configs));
      return needed;
    } finally {
      for (const download of downloads) await download.close();
    }
  }

  #refuseOthers(files: readonly RemoteFile[]): void {
    const config = files.find(({ name }) => name === configName);
    if (config === undefined) return;
    const { kind = "any" } = this.#options;
    checkConfig(this.#name.id, readJsonObject(this.#model.blob(config.hash)), kind);
  }
}
