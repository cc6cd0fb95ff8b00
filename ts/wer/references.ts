import { dirname, resolve } from "node:path";
import { AsrError } from "../contract/errors.ts";
import { languageName } from "../contract/languages.ts";
import { readLines } from "./lines.ts";

/** A recording and what is said in it. */
export interface Reference {
  /** As the manifest names it. */
  name: string;
  /** Where the audio is. */
  path: string;
  /** The reference. */
  text: string;
  /** English name of the language, as in `languages`; undefined when nothing tells it. */
  language: string | undefined;
  /** Length in seconds, where it is told. */
  duration: number | undefined;
}

/**
 * The recordings of a manifest: a JSON object a line with `path`, relative to the manifest, and
 * `text`; `language` and `duration` (seconds) may follow. Throws AsrError `input` that names the
 * line.
 */
export async function readManifest(file: string): Promise<Reference[]> {
  const lines = await readLines(file);
  const known = new Map<string, number>();
  const references = lines.map(({ number, text: line }): Reference => {
    const where = `${file}, line ${number}`;
    const { path, text, language, duration } = parseObject(line, where);
    if (typeof path !== "string" || path === "") throw missing(where, "path", "a file name");
    if (typeof text !== "string") throw missing(where, "text", "the words that are said");
    if (language !== undefined && typeof language !== "string") {
      throw missing(where, "language", "a code or name");
    }
    if (duration !== undefined && !(typeof duration === "number" && duration > 0)) {
      throw missing(where, "duration", "seconds above 0");
    }
    const full = resolve(dirname(file), path);
    const before = known.get(full);
    if (before !== undefined)
      throw new AsrError("input", `${where}: ${path} is line ${before} too`);
    known.set(full, number);
    return { name: path, path: full, text, language: nameOf(language, where), duration };
  });
  return someOf(references, file);
}

/** The recordings, of which there must be one at least. */
export function someOf(references: Reference[], source: string): Reference[] {
  if (references.length > 0) return references;
  throw new AsrError("input", `${source}: has no recordings`);
}

/** The object on a line; throws AsrError `input` when it is none. */
export function parseObject(line: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The message of the parser speaks of positions in a text that nobody sees.
    value = undefined;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value));
  }
  const hint = 'expected a line like {"path": "a.wav", "text": "hello"}';
  throw new AsrError("input", `${where}: is not a JSON object`, hint);
}

function missing(where: string, field: string, expected: string): AsrError {
  return new AsrError(
    "input",
    `${where}: "${field}" is missing or not right`,
    `expected ${expected}`,
  );
}

function nameOf(language: string | undefined, where: string): string | undefined {
  try {
    return languageName(language);
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    throw new AsrError("input", `${where}: ${error.message}`, error.hint);
  }
}
