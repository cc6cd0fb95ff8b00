import { statSync } from "node:fs";
import { join } from "node:path";
import type { ModelFolder } from "./folder.ts";
import { maxIndexBytes, objectOf, readJsonObject } from "./json-file.ts";

/** The list of shards. */
export const indexName = "model.safetensors.index.json";

/** How files begin that only stand for others, with who writes them. */
const pointers: readonly [RegExp, string][] = [
  [/^version https:\/\/(?:git-lfs|hawser)\.github\.com\/spec\//, "Git LFS"],
  [/^# xet version /, "Xet"],
  [/^\/?(?:\.git\/)?annex\/objects\//, "git-annex"],
];

/** Pointers are short; weights and vocabularies are not. */
const maxPointerBytes = 1024;

/** A file that only names another one, which was not fetched. */
export function pointer(folder: ModelFolder): string | undefined {
  for (const name of folder.names.filter((each) => /\.(?:safetensors|json|txt)$/.test(each))) {
    const size = statSync(join(folder.path, name), { throwIfNoEntry: false })?.size ?? 0;
    if (size > maxPointerBytes) continue;
    const beginning = folder.beginning(name, 64);
    const writer = pointers.find(([pattern]) => pattern.test(beginning))?.[1];
    if (writer !== undefined) return `${name} is a ${writer} pointer, not the file itself`;
  }
  return undefined;
}

/** What is left of a download that did not come to its end. */
export function absentPart(folder: ModelFolder): string | undefined {
  const { names } = folder;
  const missing = shardNames(folder).find((name) => !names.includes(name));
  if (missing !== undefined) return `is not complete: ${missing} is missing`;
  const begun = names.find((name) => isUnfinished(name, names));
  return begun && `is not complete: ${begun} was not finished`;
}

/** Whether a name is that of a file on its way which nothing has replaced since. */
function isUnfinished(name: string, names: readonly string[]): boolean {
  const match = /^(.+\.(?:safetensors|json|txt))\.(incomplete|part|partial|aria2|crdownload)$/.exec(
    name,
  );
  // aria2 writes the file under its own name, and this one beside it until it is done.
  return match !== null && (match[2] === "aria2" || !names.includes(match[1]!));
}

/** The shards that the index names, or that the number in a shard's own name asks for. */
function shardNames(folder: ModelFolder): string[] {
  if (folder.has(indexName)) {
    const index = readJsonObject(join(folder.path, indexName), maxIndexBytes);
    const names = Object.values(objectOf(index["weight_map"]) ?? {}).map(String);
    // What is no file's name, whoever opens the model refuses.
    return [...new Set(names)].filter((name) => !/[/\\]/.test(name));
  }
  const numbered = folder.weights
    .map((name) => /^(.*)-\d{5}-of-(\d{5})\.safetensors$/.exec(name))
    .find((match) => match !== null);
  if (numbered === undefined) return [];
  const [, stem, total] = numbered as unknown as [string, string, string];
  return Array.from({ length: Math.min(Number(total), 1000) }, (_, shard) => {
    return `${stem}-${String(shard + 1).padStart(5, "0")}-of-${total}.safetensors`;
  });
}
