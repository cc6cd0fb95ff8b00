import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { AsrError } from "../contract/errors.ts";
import { otherComputation } from "./computation.ts";
import { ModelFolder } from "./folder.ts";
import { foreignFiles, foreignModels, formatOf } from "./foreign.ts";
import type { Json } from "./json-file.ts";

/**
 * The folder at `path`, which holds a checkpoint that this program computes, as far as its small
 * files show. Throws AsrError `model` that says what it is else, and what to take in its place.
 */
export function checkedFolder(path: string): ModelFolder {
  const format = formatOf(basename(path));
  if (format !== undefined && existsSync(path)) {
    const hint = "take 0.6b, or the folder of a Qwen3-ASR checkpoint in safetensors";
    throw new AsrError("model", `${path}: is ${format}; only safetensors are read`, hint);
  }
  const folder = ModelFolder.open(path);
  refuse(folder, foreignFiles);
  if (!folder.has("config.json")) throw withoutConfig(folder);
  refuseOthers(folder);
  return folder;
}

/** Refuses what config.json shows to be another model, before the rest of it was fetched. */
export function checkConfig(name: string, config: Json): void {
  refuseOthers(ModelFolder.ofConfig(name, config));
}

function refuseOthers(folder: ModelFolder): void {
  refuse(folder, foreignModels);
  const other = otherComputation(folder);
  if (other !== undefined) throw new AsrError("model", `${folder.path}/${other}`, elsewhere);
}

const elsewhere = "take 0.6b, 1.7b or another Qwen3-ASR checkpoint";

function refuse(folder: ModelFolder, kinds: typeof foreignFiles): void {
  for (const { what, instead } of kinds) {
    const found = what(folder);
    if (found === undefined) continue;
    throw new AsrError("model", `${folder.path}: ${found}`, instead(folder));
  }
}

/** Some repositories have their model a folder further down. */
function withoutConfig({ path, names }: ModelFolder): AsrError {
  const inner = names.find((name) => existsSync(join(path, name, "config.json")));
  const hint =
    inner === undefined ? "is this the folder of a checkpoint?" : `try ${join(path, inner)}`;
  return new AsrError("model", `${path}/config.json: the file is missing`, hint);
}
