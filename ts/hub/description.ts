import { join } from "node:path";
import { byteText } from "../text/sizes.ts";
import { CachedModel } from "./cache.ts";
import { HubClient } from "./client.ts";
import { commitsOf, notCached } from "./inventory.ts";
import { checkpointFiles, fetchListing } from "./listing.ts";
import { displayName, type HubModel } from "./names.ts";
import { failureOf } from "./pull.ts";
import { withRetries } from "./retries.ts";
import type { HubSettings } from "./settings.ts";
import { snapshotNames } from "./snapshot.ts";
import { defaultTuning } from "./tuning.ts";

/** A model of the hub, from the cache or as the hub lists it. */
export interface ModelDescription {
  id: string;
  revision: string;
  commit: string;
  /** Null when it is not in the cache. */
  folder: string | null;
  bytes: number;
  /** The first file that is not in the cache, or null when it can be opened. */
  missing: string | null;
  /** `hash` is null for a file that is no link to a blob. */
  files: { name: string; size: number; hash: string | null }[];
}

/** Describes what is in the cache, else what the hub has. */
export async function describeModel(
  name: HubModel,
  settings: HubSettings,
  signal: AbortSignal,
): Promise<ModelDescription> {
  const model = new CachedModel(settings.cacheFolder, name.id);
  const commit = await model.commitOf(name.revision);
  const cached = await commitsOf(settings.cacheFolder, name.id);
  const found = cached.find((entry) => entry.commit === commit);
  if (found === undefined) return await remoteDescription(name, settings, signal);
  const files: ModelDescription["files"] = [];
  for (const file of await snapshotNames(found.folder)) {
    const path = join(found.folder, file);
    const hash = (await model.hashOf(path)) ?? null;
    files.push({ name: file, size: Bun.file(path).size, hash });
  }
  const { folder, bytes, missing } = found;
  return { ...name, commit: found.commit, folder, bytes, missing, files };
}

async function remoteDescription(
  name: HubModel,
  settings: HubSettings,
  signal: AbortSignal,
): Promise<ModelDescription> {
  if (settings.offline) throw notCached(displayName(name), settings.cacheFolder);
  const client = new HubClient(settings, defaultTuning);
  try {
    const listing = await withRetries(client.tuning, signal, () =>
      fetchListing(client, name, signal),
    );
    const files = checkpointFiles(listing, name.id, undefined);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const missing = files[0]!.name;
    return { ...name, commit: listing.commit, folder: null, bytes, missing, files };
  } catch (error) {
    throw failureOf(error, name, settings);
  }
}

/** The description for a person. */
export function descriptionText(description: ModelDescription): string {
  const { id, revision, commit, folder, bytes, missing, files } = description;
  const state = missing === null ? "complete" : `incomplete: no ${missing}`;
  const width = Math.max(...files.map(({ name }) => name.length));
  const lines = [
    `model     ${id}`,
    `revision  ${revision} (${commit})`,
    `size      ${byteText(bytes)}`,
    `state     ${folder === null ? "not in the cache" : state}`,
    ...(folder === null ? [] : [`folder    ${folder}`]),
    "files",
    ...files.map(({ name, size }) => `  ${name.padEnd(width)}  ${byteText(size)}`),
  ];
  return `${lines.join("\n")}\n`;
}
