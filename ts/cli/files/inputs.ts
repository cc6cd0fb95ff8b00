import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { isUrl, located } from "../../audio/url.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import { shortened } from "../../contract/shortened.ts";
import { whyUnread } from "../../contract/unread.ts";
import { program } from "../../native/program.ts";
import { type FileName, meant } from "./file-name.ts";
import { byName, mediaIn, statsOf } from "./folder.ts";
import { decodedText } from "./text-file.ts";

/** A recording that the command line names. */
export interface Input {
  /** Its path, or `-` for standard input. */
  path: string;
  /** Its path under the folder that was named; its file name when it was named itself. */
  relative: string;
  /** What is to be opened where that is not the path: a URL, the bytes of a name without UTF-8. */
  source?: string | Buffer;
  /** Why it is known beforehand that this cannot be transcribed. */
  problem?: AsrError | undefined;
}

export interface InputOptions {
  /** Whether folders within folders are read too. */
  recursive?: boolean | undefined;
  /** A file with a path a line, or `-`; see `listedPaths`. */
  filesFrom?: string | undefined;
  /** Reads standard input for `filesFrom: "-"`. */
  readStandardInput?: (() => Promise<string>) | undefined;
}

/**
 * The recordings that arguments name: files, folders (their audio and video files in order, without
 * hidden ones), patterns such as `talks/*.mp3` for shells that leave them alone, and `-`. What
 * cannot be found is in the list with its problem, so that the others can go on.
 *
 * Throws AsrError `usage` when standard input is asked for twice, `input` when the list of
 * `filesFrom` cannot be read.
 */
export async function findInputs(
  names: readonly string[],
  options: InputOptions = {},
): Promise<Input[]> {
  const { filesFrom } = options;
  const standardInputs = [...names, filesFrom].filter((name) => name === "-").length;
  const listed = standardInputs > 1 || filesFrom === undefined ? [] : await listOf(options);
  if (standardInputs + listed.filter((name) => name === "-").length > 1) {
    throw new AsrError("usage", "standard input (-) is given twice");
  }
  const inputs: Input[] = [];
  for (const name of [...names, ...listed]) {
    inputs.push(...(await inputsOf(name, options.recursive ?? false)));
  }
  return inputs.filter(isFirst);
}

/** Names that differ only in what is not UTF-8 are found by each of them, as by a pattern's. */
function isFirst({ source }: Input, index: number, inputs: readonly Input[]): boolean {
  if (!Buffer.isBuffer(source)) return true;
  const same = (other: Input) => Buffer.isBuffer(other.source) && source.equals(other.source);
  return inputs.findIndex(same) === index;
}

/**
 * The paths of a list: one a line, or one before each NUL where there is any (`find -print0`), for
 * names with line ends in them.
 */
export function listedPaths(text: string): string[] {
  const paths = text.includes("\0") ? text.split("\0") : text.split(/\r?\n/);
  return paths.filter((path) => path.trim() !== "");
}

async function listOf({ filesFrom = "-", readStandardInput }: InputOptions): Promise<string[]> {
  const read = readStandardInput ?? (async () => decodedText(await Bun.stdin.bytes()));
  try {
    if (filesFrom === "-") return listedPaths(await read());
    return listedPaths(decodedText(await readFile(filesFrom)));
  } catch (error) {
    const why = `--files-from ${filesFrom}: ${whyUnread(error)}`;
    throw new AsrError("input", why, "it is a text file with a path on each line");
  }
}

async function inputsOf(name: string, recursive: boolean): Promise<Input[]> {
  if (name === "-") return [{ path: name, relative: name }];
  if (name === "")
    return [{ ...named(name), problem: new AsrError("input", "an input has no name") }];
  if (isUrl(name)) return inputsOfUrl(name, recursive);
  const found = meant(name).flatMap((place) => inputsAt(place, recursive));
  const isThere = found.some(({ problem }) => problem === undefined);
  if (!isThere && /[*?[{]/.test(name) && !existsSync(name)) return await inputsOfPattern(name);
  return found;
}

/** A path that was named itself. */
function named(path: string): Input {
  return { path, relative: basename(path) };
}

function isFolder(place: FileName): boolean {
  const stats = statsOf(place);
  return !(stats instanceof AsrError) && stats.isDirectory();
}

function inputsAt(place: FileName, recursive: boolean): Input[] {
  const stats = statsOf(place);
  if (stats instanceof AsrError) return [{ ...named(place.text), problem: stats }];
  return stats.isDirectory() ? inputsOfFolder(place, recursive) : [inputOf(place)];
}

function inputOf({ text, raw }: FileName, relative = basename(text)): Input {
  return { path: text, relative, ...(typeof raw === "string" ? {} : { source: raw }) };
}

function inputsOfUrl(url: string, recursive: boolean): Input[] {
  try {
    const place = located(url);
    if ("path" in place) return meant(place.path).flatMap((file) => inputsAt(file, recursive));
    return [{ path: place.name, relative: "data", source: url }];
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    const hint = /^https?:/i.test(url)
      ? `download it first, as in: curl -L URL | ${program} transcribe -`
      : error.hint;
    return [{ ...named(shortened(url)), problem: new AsrError("input", error.message, hint) }];
  }
}

async function inputsOfPattern(pattern: string): Promise<Input[]> {
  try {
    // `onlyFiles` would leave out links without a word, those that lead nowhere among them.
    const paths = await Array.fromAsync(new Bun.Glob(pattern).scan({ onlyFiles: false }));
    const places = paths
      .sort(byName)
      .flatMap(meant)
      .filter((place) => !isFolder(place));
    if (places.length === 0) return [missing(pattern, "no file matches")];
    return places.flatMap((place) => inputsAt(place, false));
  } catch (error) {
    return [missing(pattern, messageOf(error))];
  }
}

function missing(name: string, why: string, hint = "check the path"): Input {
  return { ...named(name), problem: new AsrError("input", `${name}: ${why}`, hint) };
}

function inputsOfFolder(folder: FileName, recursive: boolean): Input[] {
  const found = mediaIn(folder, recursive);
  if (found.length > 0) {
    return found.map(({ name, relative, problem }) => ({ ...inputOf(name, relative), problem }));
  }
  const hint = recursive ? "name its files" : "--recursive looks into its folders too";
  return [missing(folder.text, "no audio or video file in this folder", hint)];
}
