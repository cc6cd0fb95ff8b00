import { join } from "node:path";
import { byteText } from "../text/sizes.ts";
import { CachedModel } from "./cache.ts";
import { HubClient } from "./client.ts";
import type { DeadLink } from "./dead-links.ts";
import { commitsOf, notCached, stateText } from "./inventory.ts";
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
  /** Files of the cache that are links to what is not there. */
  deadLinks: DeadLink[];
  /** `hash` is null for a file that is no link to a blob. */
  files: { name: string; size: number; hash: string | null }[];
}

/** Describes what is in the cache, else what the hub has. */
export async function describeModel(
  name: HubModel,
  settings: HubSettings,
  signal: AbortSignal,
  onNote: (note: string) => void = () => {},
): Promise<ModelDescription> {
  const model = new CachedModel(settings.cacheFolder, name.id);
  const commit = await model.likelyCommitOf(name.revision);
  const cached = await commitsOf(settings.cacheFolder, name.id, true);
  const found = cached.find((entry) => entry.commit === commit);
  if (found === undefined) return await remoteDescription(name, settings, signal, onNote);
  const files: ModelDescription["files"] = [];
  for (const file of await snapshotNames(found.folder)) {
    const path = join(found.folder, file);
    const hash = (await model.hashOf(path)) ?? null;
    files.push({ name: file, size: Bun.file(path).size, hash });
  }
  const { folder, bytes, missing, deadLinks } = found;
  return { ...name, commit: found.commit, folder, bytes, missing, deadLinks, files };
}

async function remoteDescription(
  name: HubModel,
  settings: HubSettings,
  signal: AbortSignal,
  onNote: (note: string) => void,
): Promise<ModelDescription> {
  if (settings.offline) throw notCached(displayName(name), settings.cacheFolder);
  const client = new HubClient(settings, defaultTuning, onNote);
  try {
    const listing = await withRetries(client, signal, () => fetchListing(client, name, signal));
    const files = checkpointFiles(listing, name.id, undefined);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const missing = files[0]!.name;
    return { ...name, commit: listing.commit, folder: null, bytes, missing, deadLinks: [], files };
  } catch (error) {
    throw await failureOf(error, name, settings);
  }
}

/** The description for a person. */
export function descriptionText(description: ModelDescription): string {
  const { id, revision, commit, folder, bytes, files, deadLinks } = description;
  const dead = new Map(deadLinks.map(({ name, target }) => [name, target]));
  const sizeOf = ({ name, size }: { name: string; size: number }) =>
    dead.has(name) ? `leads to ${dead.get(name)}` : byteText(size);
  const width = Math.max(...files.map(({ name }) => name.length));
  const lines = [
    `model     ${id}`,
    `revision  ${revision} (${commit})`,
    `size      ${byteText(bytes)}`,
    `state     ${folder === null ? "not in the cache" : stateText(description)}`,
    ...(folder === null ? [] : [`folder    ${folder}`]),
    "files",
    ...files.map((file) => `  ${file.name.padEnd(width)}  ${sizeOf(file)}`),
  ];
  return `${lines.join("\n")}\n`;
}
