import { type Dirent, statSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { AsrError, messageOf } from "../../contract/errors.ts";
import { program } from "../../native/program.ts";
import { decodedText } from "./text-file.ts";

/** A recording that the command line names. */
export interface Input {
  /** A path to open, or `-` for standard input. */
  path: string;
  /** Its path under the folder that was named; its file name when it was named itself. */
  relative: string;
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

/** What folders are searched for. A file that is named itself may have any name. */
const extensions = new Set(
  (
    "aac ac3 aif aiff aifc amr ape asf au caf dts eac3 flac gsm m4a m4b mka mp1 mp2 mp3 mpc oga " +
    "ogg opus ra shn spx tak tta voc w64 wav wma wv " +
    "3gp 3g2 avi f4v flv m2ts m4v mkv mov mp4 mpeg mpg mts mxf ogv rm rmvb ts vob webm wmv"
  ).split(" "),
);

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
  return inputs;
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
    const why = `--files-from ${filesFrom}: cannot be read: ${messageOf(error)}`;
    throw new AsrError("input", why, "it is a text file with a path on each line");
  }
}

async function inputsOf(name: string, recursive: boolean): Promise<Input[]> {
  const named = { path: name, relative: basename(name) };
  if (name === "-") return [named];
  if (name === "") return [{ ...named, problem: new AsrError("input", "an input has no name") }];
  const stats = statSync(name, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return await inputsOfFolder(name, recursive);
  if (stats !== undefined) return [named];
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) {
    const hint = `download it first, as in: curl -L URL | ${program} transcribe -`;
    return [{ ...named, problem: new AsrError("input", `${name}: is not a file`, hint) }];
  }
  return /[*?[{]/.test(name) ? await inputsOfPattern(name) : [missing(name, "no such file")];
}

function missing(name: string, why: string, hint = "check the path"): Input {
  const problem = new AsrError("input", `${name}: ${why}`, hint);
  return { path: name, relative: basename(name), problem };
}

async function inputsOfPattern(pattern: string): Promise<Input[]> {
  try {
    const paths = await Array.fromAsync(new Bun.Glob(pattern).scan({ onlyFiles: true }));
    if (paths.length === 0) return [missing(pattern, "no file matches")];
    return paths.sort(byName).map((path) => ({ path, relative: basename(path) }));
  } catch (error) {
    return [missing(pattern, messageOf(error))];
  }
}

async function inputsOfFolder(folder: string, recursive: boolean): Promise<Input[]> {
  const inputs = await walk(folder, "", recursive);
  if (inputs.length > 0) return inputs;
  const hint = recursive ? "name its files" : "--recursive looks into its folders too";
  return [missing(folder, "no audio or video file in this folder", hint)];
}

async function walk(folder: string, under: string, recursive: boolean): Promise<Input[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(join(folder, under), { withFileTypes: true });
  } catch (error) {
    return [missing(join(folder, under), `cannot be read: ${messageOf(error)}`)];
  }
  const inputs: Input[] = [];
  for (const entry of entries.sort((a, b) => byName(a.name, b.name))) {
    if (entry.name.startsWith(".")) continue;
    const relative = join(under, entry.name);
    const path = join(folder, relative);
    // Links to folders are not followed: they may lead back.
    if (entry.isDirectory()) {
      if (recursive) inputs.push(...(await walk(folder, relative, recursive)));
    } else if (isMedia(entry.name) && (await isFile(path))) inputs.push({ path, relative });
  }
  return inputs;
}

function isMedia(name: string): boolean {
  return extensions.has(extname(name).slice(1).toLowerCase());
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

/** As people count: take 2 before take 10. */
const byName = new Intl.Collator("en", { numeric: true }).compare;
