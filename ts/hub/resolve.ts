// This folder: the name of a model becomes a folder: cache, download, what the environment says.

import type { HubOptions } from "../contract/options.ts";
import { cachedSpelling } from "./cache.ts";
import { defaultModel, parseModelName } from "./names.ts";
import { cachedModel, type PullOptions, pull } from "./pull.ts";
import { hubSettings } from "./settings.ts";

/** How a model's name becomes a folder. */
export interface ResolveOptions extends HubOptions, PullOptions {}

/**
 * The folder of a model, ready to be opened: `demo`, a folder, a short name as in `0.6b-8bit`, or
 * `org/name[@revision]` of the hub, which is downloaded at the first use. Without a name it is
 * the default real model. A model that is in the cache complete costs no request; `models pull`
 * looks for a newer one.
 */
export async function resolveModel(
  model: string = defaultModel,
  options: ResolveOptions = {},
): Promise<string> {
  const named = parseModelName(model);
  if ("folder" in named) return named.folder;
  const settings = hubSettings(options);
  const name = { ...named, id: await cachedSpelling(settings.cacheFolder, named.id) };
  const signal = options.signal ?? new AbortController().signal;
  const found = await cachedModel(name, settings, signal);
  return (found ?? (await pull(name, settings, { ...options, ifNeeded: true }))).folder;
}
