import { basename, dirname, resolve } from "node:path";
import { AsrError } from "../contract/errors.ts";
import { readLines } from "./lines.ts";
import { parseObject, type Reference } from "./references.ts";

/** What was heard in a recording, or why nothing was. */
export type Heard =
  | {
      ok: true;
      text: string;
      duration?: number | undefined;
      /** Why some of it may not have been heard; absent where that is not known. */
      warnings?: readonly string[];
    }
  | { ok: false; why: string };

/**
 * Reads what `transcribe --json` wrote: an object a line with `path` and `text`, or `ok: false` and
 * an `error`. A line belongs to the recording whose path it names, from the working folder or from
 * the file's own, else to the one with that file name when there is only one. Lines of other
 * recordings are counted in `strangers`.
 */
export async function readHypotheses(
  file: string,
  references: readonly Reference[],
): Promise<{ heard: Map<Reference, Heard>; strangers: number }> {
  const find = finder(references);
  const heard = new Map<Reference, Heard>();
  let strangers = 0;
  for (const { number, text: line } of await readLines(file)) {
    const where = `${file}, line ${number}`;
    const { path, text, ok, error } = parseObject(line, where);
    if (typeof path !== "string") throw new AsrError("input", `${where}: "path" is missing`);
    const reference = find(path, dirname(file));
    if (reference === undefined) {
      strangers++;
      continue;
    }
    if (heard.has(reference)) {
      throw new AsrError("input", `${where}: a second hypothesis for ${reference.name}`);
    }
    if (ok === false) heard.set(reference, { ok, why: reasonIn(error) });
    else if (typeof text === "string") heard.set(reference, { ok: true, text });
    else throw new AsrError("input", `${where}: "text" is missing`);
  }
  return { heard, strangers };
}

function finder(references: readonly Reference[]) {
  const byPath = new Map(references.map((reference) => [reference.path, reference]));
  const byName = Map.groupBy(references, ({ path }) => basename(path));
  return (path: string, folder: string): Reference | undefined => {
    const exact = byPath.get(resolve(path)) ?? byPath.get(resolve(folder, path));
    if (exact !== undefined) return exact;
    const [first, ...others] = byName.get(basename(path)) ?? [];
    return others.length === 0 ? first : undefined;
  };
}

function reasonIn(error: unknown): string {
  if (typeof error === "object" && error !== null && "message" in error) {
    return String(error.message);
  }
  return "it was not transcribed";
}
