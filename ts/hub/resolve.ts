// This folder: the name of a model becomes a folder: cache, download, what the environment says.

import { existsSync } from "node:fs";
import { otherKind } from "../checkpoint/check.ts";
import type { HubOptions } from "../contract/options.ts";
import { cachedSpelling } from "./cache.ts";
import {
  defaultAligner,
  defaultModel,
  type HubModel,
  kindOfKnown,
  parseModelName,
} from "./names.ts";
import { cachedModel, type PullOptions, pull } from "./pull.ts";
import { type HubSettings, hubSettings } from "./settings.ts";

/** How a model's name becomes a folder. `kind` is a recognizer where it is not said. */
export interface ResolveOptions extends HubOptions, PullOptions {}

/**
 * The folder of a model, ready to be opened: `demo`, a folder, a short name as in `0.6b-8bit`, or
 * `org/name[@revision]` of the hub, which is downloaded at the first use. Without a name it is
 * the default real model, or aligner. A model that is in the cache complete costs no request;
 * `models pull` looks for a newer one.
 */
export async function resolveModel(
  model?: string,
  { kind = "recognizer", ...options }: ResolveOptions = {},
): Promise<string> {
  const named = parseModelName(model ?? (kind === "aligner" ? defaultAligner : defaultModel));
  if ("folder" in named) return named.folder;
  const known = kindOfKnown(named);
  // Not by its config.json, which there is no way to without a network.
  if (known !== undefined && kind !== "any" && known !== kind) throw otherKind(named.id, known);
  const settings = hubSettings(options);
  const name = await spelledAsCached(named, settings);
  const signal = options.signal ?? new AbortController().signal;
  const found = await cachedModel(name, settings, signal);
  return (found ?? (await pull(name, settings, { ...options, kind, ifNeeded: true }))).folder;
}

/**
 * The folder of a model that is on this machine, and undefined for one that would have to be
 * fetched: nothing is asked of the network, whatever the environment says.
 */
export async function modelOfThisMachine(
  model: string,
  options: HubOptions & { signal?: AbortSignal | undefined } = {},
): Promise<string | undefined> {
  const named = parseModelName(model);
  if ("folder" in named) return existsSync(named.folder) ? named.folder : undefined;
  const settings = hubSettings(options);
  const signal = options.signal ?? new AbortController().signal;
  const name = await spelledAsCached(named, settings);
  // Of a model that was fetched by its commit alone, nothing says that this is the revision.
  return (await cachedModel(name, settings, signal, true))?.folder;
}

async function spelledAsCached(name: HubModel, { cacheFolder }: HubSettings): Promise<HubModel> {
  return { ...name, id: await cachedSpelling(cacheFolder, name.id) };
}
