import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { AsrError } from "../contract/errors.ts";
import { otherComputation } from "./computation.ts";
import { ModelFolder } from "./folder.ts";
import { foreignFiles, foreignModels, formatOf } from "./foreign.ts";

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
  const folder = new ModelFolder(path);
  refuse(folder, foreignFiles);
  if (!folder.has("config.json")) throw withoutConfig(folder);
  refuse(folder, foreignModels);
  const other = otherComputation(folder);
  if (other === undefined) return folder;
  throw new AsrError("model", `${path}/${other}`, elsewhere);
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
