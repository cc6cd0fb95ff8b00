import { constants, rmSync } from "node:fs";
import {
  access,
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { isLeftBehind, temporaryName } from "../../audio/files/temporary.ts";
import { AsrError } from "../../contract/errors.ts";
import { codeOf, whyUnwritten } from "../../contract/unwritten.ts";
import { withEnding } from "./long-names.ts";

/**
 * Makes a folder, and checks that files can be written there: better now than after hours of work.
 * What a process that was killed left half-written there is removed. Throws AsrError `output`.
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
    const left = (await readdir(folder)).filter((name) => isLeftBehind(name.slice(1)));
    for (const name of left) await rm(join(folder, name), { force: true });
  } catch (error) {
    const hint = "name another folder with --output-dir";
    throw new AsrError("output", `${folder}: ${whyUnwritten(error)}`, hint, { cause: error });
  }
}

/**
 * Writes a file that is there as a whole or not at all: under another name in the same folder, then
 * renamed. Without `overwrite` a file that exists by then is left alone. What is no file, as
 * /dev/null or a named pipe, is written to as it is.
 *
 * Throws AsrError `output`.
 */
export async function writeOutput(path: string, text: string, overwrite: boolean): Promise<void> {
  try {
    const stats = await stat(path).catch(() => undefined);
    if (stats !== undefined && !stats.isFile()) return await writeFile(path, text);
    // A link to a file stays a link.
    await replace(stats === undefined ? path : await realpath(path), text, overwrite);
  } catch (error) {
    throw new AsrError("output", `${path}: cannot be written: ${whyUnwritten(error)}`, undefined, {
      cause: error,
    });
  }
}

async function replace(path: string, text: string, overwrite: boolean): Promise<void> {
  const temporary = join(dirname(path), `.${temporaryName()}`);
  removeUnfinishedAtExit();
  unfinished.add(temporary);
  try {
    // The mode is what the user's mask leaves of rw-rw-rw-, as for any new file.
    await using file = await open(temporary, "wx");
    await file.writeFile(text);
    await file.sync();
    if (overwrite) await rename(temporary, path);
    else await linkAs(path, temporary);
  } finally {
    await rm(temporary, { force: true });
    unfinished.delete(temporary);
  }
}

/** Files that are being written: an exit of the process waits for nothing, and would leave them. */
const unfinished = new Set<string>();

let isRemovedAtExit = false;

function removeUnfinishedAtExit(): void {
  if (isRemovedAtExit) return;
  isRemovedAtExit = true;
  process.on("exit", () => {
    for (const path of unfinished) rmSync(path, { force: true });
  });
}

/** A hard link is the one way to take a name only when it is free. Some file systems have none. */
async function linkAs(path: string, temporary: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw error;
    await using placeholder = await open(path, "wx");
    await placeholder.close();
    await rename(temporary, path);
  }
}

/**
 * Keeps what could not be written where it should be, in a folder for temporary files that only the
 * user can open; returns the path, or undefined when that fails too.
 */
export async function keepElsewhere(name: string, text: string): Promise<string | undefined> {
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), "bun-asr-kept-"));
    const ending = extname(name);
    const path = join(folder, withEnding(basename(name, ending), ending));
    await writeFile(path, text);
    return path;
  } catch {
    // A part of a text that nobody is told of would lie there for ever.
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    return undefined;
  }
}
