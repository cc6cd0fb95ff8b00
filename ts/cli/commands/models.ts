import { didYouMean } from "../../contract/did-you-mean.ts";
import { AsrError } from "../../contract/errors.ts";
import { accuracyText } from "../../hub/accuracy.ts";
import { CachedModel, cachedSpelling } from "../../hub/cache.ts";
import { deadLinkText } from "../../hub/dead-links.ts";
import { describeModel, descriptionText } from "../../hub/description.ts";
import {
  type CachedCommit,
  cachedCommits,
  commitsOf,
  notCached,
  removeFromCache,
  stateText,
} from "../../hub/inventory.ts";
import { displayName, type HubModel, parseHubModel, shortNames } from "../../hub/names.ts";
import { pull } from "../../hub/pull.ts";
import { type HubSettings, hubSettings } from "../../hub/settings.ts";
import { corruptFiles, snapshotNames } from "../../hub/snapshot.ts";
import { program } from "../../native/program.ts";
import { byteText } from "../../text/sizes.ts";
import type { FlagTable, GivenFlags } from "../flags/flags.ts";
import { optionFlags } from "../flags/option-flags.ts";
import { DownloadReport } from "../terminal/download-report.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { command, exitStatusOf, helpFlag, quietFlag } from "./command.ts";

const flags = {
  Options: {
    ...optionFlags("cacheDir", "offline"),
    json: { help: "list and info as JSON" },
    quiet: quietFlag,
    help: helpFlag,
  },
} as const satisfies FlagTable;

interface Arguments {
  action: (call: Call) => Promise<number>;
  ids: string[];
  settings: HubSettings;
  json: boolean;
  quiet: boolean;
}

type Call = Omit<Arguments, "action"> & { terminal: Terminal; signal: AbortSignal };

const actions: Record<string, (call: Call) => Promise<number>> = {
  list: listModels,
  pull: pullModels,
  rm: removeModels,
  verify: verifyModels,
  info: modelInfo,
};

/** A line for each size, and one for the aligner. */
const known = Object.values(Object.groupBy(shortNames.keys(), (name) => name.split("-")[0]!))
  .map((names) => names!.join(", "))
  .join(",\n             ");

/** The command `models`. */
export const modelsCommand = command({
  name: "models",
  summary: "Lists, fetches, checks and removes models of the hub.",
  synopsis: "list | pull ID… | rm ID… | verify [ID…] | info ID",
  takesNames: true,
  description: `\
Models of the hub in the cache, which other tools share. ID is org/name or a short name, with
@revision (a branch, a tag or a commit) where it is not main.

  list              what is in the cache
  pull ID…          downloads, or brings up to date; what an earlier attempt fetched is kept
  rm ID…            removes a model, or with @revision one commit and what only that one needs
  verify [ID…]      reads every byte again and compares with the hashes
  info ID           files, sizes and state; of a model that is not in the cache, what it would be`,
  flags,
  closing: `\
short names: ${known}
exit status: 0 done, 2 usage, 3 a model is missing, corrupt or cannot be fetched, 130 interrupted`,
  read: ({ flags: given, names }) => argumentsOf(given, names),
  needs: () => [],
  async run({ action, ...given }, terminal) {
    using interrupt = new Interrupt();
    const { signal } = interrupt;
    const status = await exitStatusOf(terminal, () => action({ ...given, terminal, signal }));
    return interrupt.status ?? status;
  },
});

function argumentsOf(
  given: GivenFlags<typeof flags>,
  [name, ...ids]: readonly string[],
): Arguments {
  const known = Object.keys(actions);
  if (name === undefined) {
    throw new AsrError("usage", "say what to do", `one of ${known.join(", ")}`);
  }
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) {
    throw new AsrError("usage", `models ${name}: unknown`, didYouMean(name, known));
  }
  const options = { cacheDir: given.value("cache-dir"), offline: given.value("offline") };
  const [json, quiet] = [given.has("json"), given.has("quiet")];
  return { action, ids, settings: hubSettings(options), json, quiet };
}

function emptyCache({ cacheFolder }: HubSettings): string {
  return `no speech model in ${cacheFolder}\n`;
}

async function listModels({ ids, settings, json, quiet, terminal }: Call): Promise<number> {
  if (ids.length > 0) throw new AsrError("usage", "models list takes no ID", "see models info ID");
  const commits = await cachedCommits(settings.cacheFolder);
  if (json) {
    terminal.out(`${JSON.stringify(commits, null, 2)}\n`);
    return 0;
  }
  if (commits.length > 0) terminal.out(table(commits));
  else if (!quiet) terminal.note(emptyCache(settings));
  if (!quiet) terminal.note(`\n${accuracyText()}`);
  return 0;
}

async function pullModels({ ids, settings, quiet, terminal, signal }: Call): Promise<number> {
  // Every name is looked at before the first download begins.
  for (const parsed of atLeastOne(ids, "pull").map(parseHubModel)) {
    const name = await asCached(parsed, settings);
    const report = new DownloadReport(terminal, displayName(name), quiet);
    let folder: string | undefined;
    try {
      const pulled = await pull(name, settings, {
        signal,
        onProgress: (progress) => report.progress(progress),
        onWait: () => report.wait(),
      });
      folder = pulled.folder;
      const state = settings.offline ? "in the cache" : "up to date";
      if (pulled.bytes === 0 && !quiet) terminal.note(`${displayName(name)}: is ${state}\n`);
    } finally {
      report.end(folder !== undefined);
    }
    terminal.out(`${folder}\n`);
  }
  return 0;
}

async function removeModels({ ids, settings, terminal, signal }: Call): Promise<number> {
  for (const text of atLeastOne(ids, "rm")) {
    const name = await asCached(parseHubModel(text), settings);
    const { cacheFolder } = settings;
    const commit = await new CachedModel(cacheFolder, name.id).likelyCommitOf(name.revision);
    const isWhole = !text.includes("@");
    if (!isWhole && commit === undefined) throw notCached(displayName(name), cacheFolder);
    const removed = isWhole ? undefined : commit;
    const { freed, shared } = await removeFromCache(cacheFolder, name.id, removed, signal);
    terminal.out(`removed ${displayName(name)}: ${byteText(freed)} freed\n`);
    if (shared === 0) continue;
    const left = `${byteText(shared)} stay in ${cacheFolder}/blobs, where Python's huggingface_hub`;
    terminal.note(`${left} shares files between models; "hf cache prune" removes them\n`);
  }
  return 0;
}

async function verifyModels(call: Call): Promise<number> {
  const { ids, settings, quiet, terminal, signal } = call;
  const commits = await chosen(ids, settings);
  if (commits.length === 0 && !quiet) terminal.note(emptyCache(settings));
  let bad = 0;
  for (const { id, commit, folder, missing, deadLinks } of commits) {
    const model = new CachedModel(settings.cacheFolder, id);
    const corrupt = await corruptFiles(model, commit, signal, true);
    const shown = `${id}@${commit.slice(0, 8)}`;
    for (const { name, expected, found } of corrupt) {
      terminal.out(`${shown}: ${name}: corrupt: hash ${expected} expected, ${found} found\n`);
    }
    for (const dead of deadLinks) terminal.out(`${shown}: ${deadLinkText(dead)}\n`);
    if (missing !== null && deadLinks.length === 0) terminal.out(`${shown}: ${missing}: missing\n`);
    if (corrupt.length + deadLinks.length > 0 || missing !== null) {
      bad++;
      terminal.note(`${shown}: fetch it again: ${program} models pull ${id}\n`);
    } else {
      terminal.out(`${shown}: ${(await snapshotNames(folder)).length} files ok\n`);
    }
  }
  return bad > 0 ? exitCodes.model : 0;
}

/** The named commits, or every one in the cache. */
async function chosen(ids: string[], settings: HubSettings): Promise<CachedCommit[]> {
  const { cacheFolder } = settings;
  if (ids.length === 0) return await cachedCommits(cacheFolder);
  const found: CachedCommit[] = [];
  for (const parsed of ids.map(parseHubModel)) {
    const name = await asCached(parsed, settings);
    const commit = await new CachedModel(cacheFolder, name.id).likelyCommitOf(name.revision);
    const all = await commitsOf(cacheFolder, name.id, true);
    const one = all.find((entry) => entry.commit === commit);
    if (one === undefined) throw notCached(displayName(name), cacheFolder);
    found.push(one);
  }
  return found;
}

async function asCached(name: HubModel, { cacheFolder }: HubSettings): Promise<HubModel> {
  return { ...name, id: await cachedSpelling(cacheFolder, name.id) };
}

async function modelInfo({ ids, settings, json, quiet, terminal, signal }: Call): Promise<number> {
  const [id, ...others] = atLeastOne(ids, "info");
  if (others.length > 0) throw new AsrError("usage", "models info takes one ID");
  const name = await asCached(parseHubModel(id!), settings);
  const onNote = (note: string) => {
    if (!quiet) terminal.note(`${note}\n`);
  };
  const description = await describeModel(name, settings, signal, onNote);
  terminal.out(json ? `${JSON.stringify(description, null, 2)}\n` : descriptionText(description));
  return 0;
}

function atLeastOne(ids: string[], action: string): string[] {
  if (ids.length > 0) return ids;
  throw new AsrError(
    "usage",
    `models ${action}: no model is named`,
    "give its ID, as in 0.6b or org/name",
  );
}

function table(commits: readonly CachedCommit[]): string {
  const rows = commits.map((one) => [
    one.id,
    one.revisions.join(",") || one.commit.slice(0, 8),
    byteText(one.bytes),
    stateText(one),
  ]);
  rows.unshift(["model", "revision", "size", "state"]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ");
  return `${rows.map(line).join("\n")}\n`;
}
