import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { AsrError } from "../contract/errors.ts";
import { otherComputation } from "./computation.ts";
import { ModelFolder } from "./folder.ts";
import { foreignFiles, foreignModels, formatOf } from "./foreign.ts";
import type { Json } from "./json-file.ts";
import {
  type CheckpointKind,
  classesOf,
  folders,
  instead,
  kindOf,
  type WantedKind,
} from "./kind.ts";

/**
 * The folder at `path`, which holds a checkpoint of the kind that is wanted and that this program
 * computes, as far as its small files show. Throws AsrError `model` that says what it is else, and
 * what to take in its place.
 */
export function checkedFolder(path: string, wanted: WantedKind = "recognizer"): ModelFolder {
  const format = formatOf(basename(path));
  if (format !== undefined && existsSync(path)) {
    const name = wanted === "aligner" ? "aligner" : "0.6b";
    const hint = `take ${name}, or the folder of a checkpoint in safetensors`;
    throw new AsrError("model", `${path}: is ${format}; only safetensors are read`, hint);
  }
  const folder = ModelFolder.open(path, folders[wanted]);
  refuse(folder, foreignFiles, wanted);
  if (!folder.has("config.json")) throw withoutConfig(folder);
  refuseOthers(folder, wanted);
  return folder;
}

/** Refuses what config.json shows to be another model, before the rest of it was fetched. */
export function checkConfig(name: string, config: Json, wanted: WantedKind): void {
  refuseOthers(ModelFolder.ofConfig(name, config), wanted);
}

function refuseOthers(folder: ModelFolder, wanted: WantedKind): void {
  refuse(folder, foreignModels, wanted);
  const kind = kindOf(folder);
  if (wanted !== "any" && wanted !== kind) throw otherKind(folder.path, kind);
  if (kind === "aligner" && classesOf(folder) === undefined) {
    const message = `${folder.path}/config.json: classify_num is missing`;
    throw new AsrError("model", message, "is this the config.json of the aligner's weights?");
  }
  const other = otherComputation(folder);
  if (other !== undefined) {
    throw new AsrError("model", `${folder.path}/${other}`, `take ${instead[wanted]}`);
  }
}

/** The checkpoint at `path`, or of that name, is of a `kind` that is not wanted. */
export function otherKind(path: string, kind: CheckpointKind): AsrError {
  return kind === "aligner"
    ? new AsrError(
        "model",
        `${path}: is the forced aligner, which finds the times of a text that is known`,
        "give it as aligner (--aligner), and a recognizer as the model: 0.6b or 1.7b",
      )
    : new AsrError(
        "model",
        `${path}: is a recognizer, which writes text, not the forced aligner`,
        "give it as the model (--model), and as aligner: aligner, or the folder of one",
      );
}

function refuse(folder: ModelFolder, kinds: typeof foreignFiles, wanted: WantedKind): void {
  for (const { what, instead: nearest } of kinds) {
    const found = what(folder);
    if (found === undefined) continue;
    throw new AsrError("model", `${folder.path}: ${found}`, nearest(folder, wanted));
  }
}

/** Some repositories have their model a folder further down. */
function withoutConfig({ path, names }: ModelFolder): AsrError {
  const inner = names.find((name) => existsSync(join(path, name, "config.json")));
  const hint =
    inner === undefined ? "is this the folder of a checkpoint?" : `try ${join(path, inner)}`;
  return new AsrError("model", `${path}/config.json: the file is missing`, hint);
}
