import { didYouMean } from "../../contract/did-you-mean.ts";
import { AsrError } from "../../contract/errors.ts";
import { CachedModel } from "../../hub/cache.ts";
import { describeModel, descriptionText } from "../../hub/description.ts";
import {
  type CachedCommit,
  cachedCommits,
  commitsOf,
  notCached,
  removeFromCache,
} from "../../hub/inventory.ts";
import { displayName, parseHubModel, shortNames } from "../../hub/names.ts";
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

const known = [...shortNames.keys()];
const half = Math.ceil(known.length / 2);

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
short names: ${known.slice(0, half).join(", ")},
             ${known.slice(half).join(", ")}
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

async function listModels({ ids, settings, json, quiet, terminal }: Call): Promise<number> {
  if (ids.length > 0) throw new AsrError("usage", "models list takes no ID", "see models info ID");
  const commits = await cachedCommits(settings.cacheFolder);
  if (json) terminal.out(`${JSON.stringify(commits, null, 2)}\n`);
  else if (commits.length > 0) terminal.out(table(commits));
  else if (!quiet) terminal.note(`no speech model in ${settings.cacheFolder}\n`);
  return 0;
}

async function pullModels({ ids, settings, quiet, terminal, signal }: Call): Promise<number> {
  // Every name is looked at before the first download begins.
  for (const name of atLeastOne(ids, "pull").map(parseHubModel)) {
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
    const name = parseHubModel(text);
    const { cacheFolder } = settings;
    const commit = await new CachedModel(cacheFolder, name.id).commitOf(name.revision);
    const isWhole = !text.includes("@");
    if (!isWhole && commit === undefined) throw notCached(displayName(name), cacheFolder);
    const freed = await removeFromCache(cacheFolder, name.id, isWhole ? undefined : commit, signal);
    terminal.out(`removed ${displayName(name)}: ${byteText(freed)} freed\n`);
  }
  return 0;
}

async function verifyModels({ ids, settings, terminal, signal }: Call): Promise<number> {
  let bad = 0;
  for (const { id, commit, folder, missing } of await chosen(ids, settings)) {
    const model = new CachedModel(settings.cacheFolder, id);
    const corrupt = await corruptFiles(model, commit, signal, true);
    const shown = `${id}@${commit.slice(0, 8)}`;
    for (const { name, expected, found } of corrupt) {
      terminal.out(`${shown}: ${name}: corrupt: hash ${expected} expected, ${found} found\n`);
    }
    if (missing !== null) terminal.out(`${shown}: ${missing}: missing\n`);
    if (corrupt.length > 0 || missing !== null) {
      bad++;
      terminal.note(`${shown}: fetch it again: ${program} models pull ${id}\n`);
    } else {
      terminal.out(`${shown}: ${(await snapshotNames(folder)).length} files ok\n`);
    }
  }
  return bad > 0 ? exitCodes.model : 0;
}

/** The named commits, or every one in the cache. */
async function chosen(ids: string[], { cacheFolder }: HubSettings): Promise<CachedCommit[]> {
  if (ids.length === 0) return await cachedCommits(cacheFolder);
  const found: CachedCommit[] = [];
  for (const name of ids.map(parseHubModel)) {
    const commit = await new CachedModel(cacheFolder, name.id).commitOf(name.revision);
    const one = (await commitsOf(cacheFolder, name.id)).find((entry) => entry.commit === commit);
    if (one === undefined) throw notCached(displayName(name), cacheFolder);
    found.push(one);
  }
  return found;
}

async function modelInfo({ ids, settings, json, terminal, signal }: Call): Promise<number> {
  const [id, ...others] = atLeastOne(ids, "info");
  if (others.length > 0) throw new AsrError("usage", "models info takes one ID");
  const description = await describeModel(parseHubModel(id!), settings, signal);
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
  const rows = commits.map(({ id, commit, revisions, bytes, missing }) => [
    id,
    revisions.join(",") || commit.slice(0, 8),
    byteText(bytes),
    missing === null ? "complete" : `incomplete: no ${missing}`,
  ]);
  rows.unshift(["model", "revision", "size", "state"]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ");
  return `${rows.map(line).join("\n")}\n`;
}
