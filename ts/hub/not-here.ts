import { readdir } from "node:fs/promises";
import type { WantedKind } from "../checkpoint/kind.ts";
import { nearest } from "../contract/did-you-mean.ts";
import { AsrError } from "../contract/errors.ts";
import { program } from "../native/program.ts";
import { CachedModel, idOfFolder } from "./cache.ts";
import { deadLinks, deadLinkText } from "./dead-links.ts";
import { displayName, type HubModel } from "./names.ts";
import type { HubSettings } from "./settings.ts";

/**
 * The error for a model that the cache does not have whole while the hub cannot be asked; `why`
 * says why not, `kind` what it is wanted for. It says what is wrong with what is here, and names
 * what is near.
 */
export async function notHere(
  name: HubModel,
  { cacheFolder }: HubSettings,
  { why, kind }: { why: string; kind?: WantedKind | undefined },
): Promise<AsrError> {
  const shown = displayName(name);
  const hint =
    `${await alternative(name, cacheFolder)}either run "${program} models pull ${shown}" where ` +
    "there is a network and copy the cache here (or point HF_HUB_CACHE to it), or give a folder " +
    (kind === "aligner" ? "with --aligner DIR" : "with --model DIR, or use --model demo");
  const state = await stateOf(name, cacheFolder);
  return new AsrError("model", `${shown}: ${state} in ${cacheFolder}, and ${why}`, hint);
}

/** What is to be said before "in" and the cache. */
async function stateOf({ id, revision }: HubModel, cacheFolder: string): Promise<string> {
  const model = new CachedModel(cacheFolder, id);
  // Whoever looks for a model may have made its folder.
  const parts = await readdir(model.folder).catch(() => []);
  if (parts.length === 0) return "is not";
  const commit = await model.likelyCommitOf(revision);
  const [dead] = commit === undefined ? [] : await deadLinks(model.snapshot(commit));
  return dead === undefined ? "is not complete" : `is not complete (${deadLinkText(dead)})`;
}

/** What of the cache could be meant. */
async function alternative({ id, revision }: HubModel, cacheFolder: string): Promise<string> {
  const commits = await new CachedModel(cacheFolder, id).commits();
  if (commits.length > 0) {
    const shown = commits.map((commit) => `${id}@${commit.slice(0, 8)}`).join(", ");
    return commits.some((commit) => commit === revision) ? "" : `here is ${shown}; `;
  }
  const folders = await readdir(cacheFolder).catch(() => []);
  const near = nearest(
    id,
    // A download that was broken off leaves a folder of the very name.
    folders
      .map(idOfFolder)
      .filter((one) => one !== undefined)
      .filter((one) => one !== id),
  );
  return near === undefined ? "" : `did you mean ${near}, which is here? Else `;
}
