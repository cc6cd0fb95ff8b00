import { type Stats, statSync } from "node:fs";
import { dirname, extname, join, parse, resolve } from "node:path";
import { AsrError } from "../../contract/errors.ts";
import { formatOfFile, type OutputFormat, outputFormats } from "../../output/formats.ts";
import type { Input } from "./inputs.ts";
import { isNameTooLong } from "./long-names.ts";

/** Where the user wants the transcripts. */
export interface Destination {
  /** The formats asked for; by default what the name of `file` says, else `txt`. */
  formats?: readonly OutputFormat[] | undefined;
  /** Folder for a file `name.format` for each input and format. */
  directory?: string | undefined;
  /** One file for one input, or `-` for standard output. */
  file?: string | undefined;
  /** Whether files that exist may be replaced. */
  overwrite?: boolean | undefined;
  /** Whether inputs whose files all exist are left out. */
  skipExisting?: boolean | undefined;
}

export interface OutputFile {
  format: OutputFormat;
  path: string;
}

/** An input, and its files: none when it goes to standard output or cannot be transcribed. */
export interface Job {
  input: Input;
  files: readonly OutputFile[];
  /** Whether all its files exist already. */
  done: boolean;
}

export interface Plan {
  jobs: readonly Job[];
  /** The format for standard output; undefined when all goes to files. */
  toStandardOutput: OutputFormat | undefined;
  /** Whether a file that exists when it is written may be replaced. */
  mayReplace: boolean;
}

/**
 * Decides where each transcript goes, before any work is done. Throws AsrError `usage` when two
 * inputs would get one file, a file exists that must not be replaced or is itself an input, or
 * several things would mix on standard output.
 */
export function planOutputs(inputs: readonly Input[], destination: Destination): Plan {
  const { directory, file } = destination;
  if (directory !== undefined && file !== undefined) {
    throw new AsrError("usage", "--output-dir and --output exclude each other");
  }
  if (directory === "" || file === "") {
    const flag = directory === "" ? "--output-dir" : "--output";
    throw new AsrError("usage", `${flag} "": is empty`, "a variable of the shell may not be set");
  }
  checkDirectory(directory);
  const formats = formatsOf(destination);
  if (directory === undefined && (file === undefined || file === "-")) {
    return toStandardOutput(inputs, formats);
  }
  const wanted = inputs.map((input) => ({
    input,
    files: (input.problem === undefined ? formats : []).map((format) => ({
      format,
      path: file ?? join(directory!, withExtension(input.relative, format)),
    })),
  }));
  if (file !== undefined) checkOne("--output", inputs, formats);
  checkNames(wanted);
  const jobs = wanted.map((job) => open(job, destination));
  checkNoneExists(jobs, destination);
  const mayReplace = (destination.overwrite ?? false) || (destination.skipExisting ?? false);
  return { jobs, toStandardOutput: undefined, mayReplace };
}

/** A name as of a file is rarely meant as that of a folder, and would become one. */
function checkDirectory(directory: string | undefined): void {
  const stats = directory === undefined ? undefined : statsAt(directory);
  if (directory === undefined || stats?.isDirectory()) return;
  const isFile = stats !== undefined;
  if (!isFile && formatOfFile(directory) === undefined) return;
  const why = isFile ? "is a file" : "looks like a file";
  const hint = `--output ${directory} writes one file, --output-dir is a folder`;
  throw new AsrError("usage", `--output-dir ${directory}: ${why}`, hint);
}

/**
 * The formats asked for, else what the name of the file says; the usual one where it has no
 * extension. Throws AsrError `usage` for a file name that says none.
 */
export function formatsOf(
  { formats, file }: Destination,
  usual: OutputFormat = "txt",
): readonly OutputFormat[] {
  if (file?.endsWith("/")) {
    const hint = `use --output-dir ${file}`;
    throw new AsrError("usage", `--output ${file}: is the name of a folder`, hint);
  }
  if (formats !== undefined) return formats;
  const extension = file === undefined ? "" : extname(file);
  if (extension === "" || file === undefined) return [usual];
  const format = formatOfFile(file);
  if (format !== undefined) return [format];
  const names = outputFormats.map((name) => `.${name}`).join(", ");
  const hint = `end it with ${names}, or add --output-format`;
  throw new AsrError("usage", `--output ${file}: no format is called "${extension}"`, hint);
}

function toStandardOutput(inputs: readonly Input[], formats: readonly OutputFormat[]): Plan {
  const hint = "add --output-dir DIR, or --json for a line each";
  const [format] = formats;
  if (formats.length > 1) {
    const message = `${formats.join(", ")} cannot share standard output`;
    throw new AsrError("usage", message, "add --output-dir DIR");
  }
  if (inputs.length > 1 && format !== "txt") {
    const message = `${format} of several inputs cannot share standard output`;
    throw new AsrError("usage", message, hint);
  }
  const jobs = inputs.map((input) => ({ input, files: [], done: false }));
  return { jobs, toStandardOutput: format, mayReplace: false };
}

function checkOne(flag: string, inputs: readonly Input[], formats: readonly OutputFormat[]): void {
  if (inputs.length <= 1 && formats.length <= 1) return;
  const what = inputs.length > 1 ? `${inputs.length} inputs` : `${formats.length} formats`;
  throw new AsrError("usage", `${flag} is one file for ${what}`, "use --output-dir DIR");
}

/** `talk.mp3` as `talk.srt`; standard input has no name of its own. */
function withExtension(relative: string, format: OutputFormat): string {
  if (relative === "-") return `stdin.${format}`;
  const { dir, name } = parse(relative);
  return join(dir, `${name}.${format}`);
}

interface Wanted {
  input: Input;
  files: OutputFile[];
}

function checkNames(jobs: readonly Wanted[]): void {
  const recordings = new Set(jobs.map(({ input }) => resolve(input.path)));
  const owners = new Map<string, string>();
  for (const { input, files } of jobs) {
    for (const { path } of files) {
      const place = resolve(path);
      if (isNameTooLong(path)) {
        const hint = "give the transcript a shorter one with --output FILE";
        throw new AsrError("usage", `${path}: the name is too long for a file`, hint);
      }
      const owner = owners.get(place);
      if (owner !== undefined) {
        const message = `${owner} and ${input.path} would both become ${path}`;
        throw new AsrError("usage", message, "rename one, or transcribe them apart");
      }
      if (recordings.has(place)) {
        throw new AsrError("usage", `${path}: the transcript would replace an input`);
      }
      owners.set(place, input.path);
    }
  }
}

/** With `skipExisting` only what is missing is written; an empty file counts as missing. */
function open({ input, files }: Wanted, { overwrite, skipExisting }: Destination): Job {
  if (!skipExisting) return { input, files, done: false };
  const missing = files.filter(({ path }) => {
    const stats = statsAt(path);
    return !stats?.isFile() || stats.size === 0;
  });
  if (missing.length === 0 && !input.problem) return { input, files: [], done: true };
  return { input, files: overwrite ? files : missing, done: false };
}

/** Undefined where nothing is, or nothing can be: whoever writes there says why. */
function statsAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function checkNoneExists(jobs: readonly Job[], { overwrite, skipExisting }: Destination): void {
  const paths = jobs.flatMap(({ files }) => files.map(({ path }) => path));
  const folder = paths.find((path) => statsAt(path)?.isDirectory());
  if (folder !== undefined) throw new AsrError("usage", `${folder}: is a folder`);
  if (overwrite || skipExisting) return;
  const existing = paths.filter((path) => statsAt(path)?.isFile());
  const [first] = existing;
  if (first === undefined) return;
  const more = existing.length > 1 ? ` and ${existing.length - 1} more` : "";
  const goesOn = jobs.length > 1 ? ", --skip-existing leaves it and goes on" : "";
  const hint = `--overwrite replaces what exists${goesOn}`;
  throw new AsrError("usage", `${first}${more}: already there`, hint);
}

/** The folders that the files of a plan need. */
export function foldersOf({ jobs }: Plan): string[] {
  return [...new Set(jobs.flatMap(({ files }) => files.map(({ path }) => dirname(path))))];
}
