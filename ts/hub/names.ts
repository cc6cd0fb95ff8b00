import { existsSync, statSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import { formatOf } from "../checkpoint/foreign.ts";
import type { CheckpointKind } from "../checkpoint/kind.ts";
import { didYouMean } from "../contract/did-you-mean.ts";
import { AsrError } from "../contract/errors.ts";
import { demoModel, modelFolder } from "../native/locate.ts";

/** A model on the hub: `org/name` at a branch, a tag or a commit. */
export interface HubModel {
  id: string;
  revision: string;
}

/** What a model's name means: a folder of this machine, or a model on the hub. */
export type ModelName = { folder: string } | HubModel;

/** The revision of a model that is named without one. */
export const defaultRevision = "main";

/** The model that is used where a real one is wanted and none is named. */
export const defaultModel = "0.6b";

/** The forced aligner that is used where one is wanted and none is named. */
export const defaultAligner = "aligner";

const precisions = ["4bit", "6bit", "8bit", "bf16"];

/** Short names, what their ids begin with, and the precision of the one without an ending. */
const families = [
  ["0.6b", "mlx-community/Qwen3-ASR-0.6B", "4bit"],
  ["1.7b", "mlx-community/Qwen3-ASR-1.7B", "4bit"],
  // With 4 bits its times drift.
  [defaultAligner, "mlx-community/Qwen3-ForcedAligner-0.6B", "8bit"],
] as const;

/** The hub ids behind the short names, smallest first; then the aligners. */
export const shortNames: ReadonlyMap<string, string> = new Map(
  families.flatMap(([short, id, usual]) => {
    const named = precisions.map((name): [string, string] => [`${short}-${name}`, `${id}-${name}`]);
    return [[short, `${id}-${usual}`] as [string, string], ...named];
  }),
);

/** What a model with a short name is for; undefined for one that others made. */
export function kindOfKnown({ id }: HubModel): CheckpointKind | undefined {
  const short = [...shortNames].find(([, known]) => known === id)?.[0];
  if (short === undefined) return undefined;
  return short.startsWith(defaultAligner) ? "aligner" : "recognizer";
}

// The grammar of the hub, so that an id can become part of a path and of a URL.
const idPattern = /^(?!.*(?:--|\.\.))\w(?:[\w.-]{0,94}\w)?\/\w(?:[\w.-]{0,94}\w)?$/;
// That of git, less what nobody uses.
const revisionPattern = /^(?!.*(?:\.\.|\/\/|\/\.|\.\/|\.lock$))\w(?:[\w./-]{0,126}[\w-])?$/;

/**
 * What the name of a model means. The first that fits: `demo`; a path (absolute, or beginning with
 * `./` or `../`); a folder that exists, so `a/b` is the folder a/b where there is one; a short
 * name; an id of the hub. The last two may end with `@revision`. Throws `usage` for anything else.
 */
export function parseModelName(name: string): ModelName {
  const isHere = isPath(name) || isFolder(name) || isModelFile(name);
  if (name === demoModel || isHere) return { folder: modelFolder(name) };
  return parseHubModel(name);
}

/** A short name or an id of the hub, never a folder. */
export function parseHubModel(name: string): HubModel {
  const at = name.indexOf("@");
  const base = at < 0 ? name : name.slice(0, at);
  const revision = at < 0 ? defaultRevision : name.slice(at + 1);
  const id = shortNames.get(base.toLowerCase()) ?? base;
  if (base === demoModel) {
    const hint = "it is part of bun-asr: use it as it is, with --model demo";
    throw new AsrError("usage", `${JSON.stringify(name)}: is no model of the hub`, hint);
  }
  if (!id.includes("/")) {
    // The name of the checkpoint without its organization: Qwen's own or MLX's.
    const plain = base
      .replace(/^qwen3[-_ ]?forced[-_ ]?aligner(?:[-_ ]?0\.6b)?/i, defaultAligner)
      .replace(/^qwen3[-_ ]?asr[-_ ]?(?=.)/i, "");
    const meant = didYouMean(plain, [demoModel, ...shortNames.keys()]);
    const hint = `${meant}${meant.endsWith("?") ? " Or" : "; or"} give a folder or org/name`;
    throw new AsrError("usage", `${JSON.stringify(name)}: unknown model`, hint);
  }
  if (!idPattern.test(id)) {
    const hint = "give an existing folder, or org/name of the hub";
    throw new AsrError("usage", `${JSON.stringify(name)}: no such folder, and no hub id`, hint);
  }
  if (!revisionPattern.test(revision)) {
    const hint = "give a branch, a tag or a commit after the @";
    throw new AsrError("usage", `${JSON.stringify(name)}: the revision is not valid`, hint);
  }
  return { id, revision };
}

/** The shortest way to write a model of the hub. */
export function displayName({ id, revision }: HubModel): string {
  return revision === defaultRevision ? id : `${id}@${revision}`;
}

function isPath(name: string): boolean {
  return isAbsolute(name) || /^\.{1,2}(?:[/\\]|$)/.test(name);
}

/** A file of weights in place of its folder: whoever opens it says what it is. */
function isModelFile(name: string): boolean {
  const isNamedSo = formatOf(basename(name)) !== undefined || name.endsWith(".safetensors");
  return isNamedSo && existsSync(name);
}

function isFolder(name: string): boolean {
  try {
    return statSync(name).isDirectory();
  } catch {
    // Not there, or no possible path at all.
    return false;
  }
}
