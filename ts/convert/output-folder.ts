import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, realpath, rename, rm, statfs } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { AsrError, messageOf } from "../contract/errors.ts";
import { byteText } from "../text/sizes.ts";

/**
 * Makes a folder by `fill`, whole or not at all: it is filled under another name beside its place
 * and moved there at the end; on failure it is removed. Returns what `fill` returns.
 */
export async function makeFolder<T>(
  place: string,
  overwrite: boolean,
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  const path = resolve(place);
  await checkPlace(path, overwrite);
  const folder = await writing(place, async () => {
    await mkdir(dirname(path), { recursive: true });
    const made = join(dirname(path), `${basename(path)}.unfinished-${randomUUID()}`);
    await mkdir(made);
    return made;
  });
  try {
    return await writing(place, async () => {
      const result = await fill(folder);
      if (existsSync(path)) await replace(path, folder);
      else await rename(folder, path);
      return result;
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Only a model, or an empty folder, is overwritten. */
async function checkPlace(path: string, overwrite: boolean): Promise<void> {
  if (!existsSync(path)) return;
  const names = await readdir(path).catch(() => undefined);
  if (names?.length === 0) return;
  if (!overwrite) {
    throw new AsrError("usage", `${path}: exists already`, "choose another name or --overwrite");
  }
  if (!names?.includes("config.json")) {
    throw new AsrError("usage", `${path}: is not a model folder`, "nothing else is overwritten");
  }
}

async function replace(path: string, folder: string): Promise<void> {
  const old = `${folder}-old`;
  await rename(path, old);
  try {
    await rename(folder, path);
  } catch (error) {
    await rename(old, path);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

/** Throws AsrError `usage` when `path` lies in `folder`, or is it. */
export async function checkOutside(path: string, folder: string): Promise<void> {
  const from = relative(await realpath(folder), await realpathOfPlace(resolve(path)));
  if (from !== "" && (from === ".." || from.startsWith("../"))) return;
  throw new AsrError("usage", `${path}: lies in the source folder`, "choose another folder");
}

/** The real path of something that may not be there yet. */
async function realpathOfPlace(path: string): Promise<string> {
  if (existsSync(path) || dirname(path) === path) return await realpath(path);
  return join(await realpathOfPlace(dirname(path)), basename(path));
}

/** Throws AsrError `usage` when the disk of `folder` has less than `bytes` free. */
export async function checkSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  const message = `${folder}: needs ${byteText(bytes)}, ${byteText(free)} are free`;
  throw new AsrError("usage", message, "make room or choose another disk");
}

/** What the system says about a failed write, as an error that names the place. */
async function writing<T>(place: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    const hint = "is there room, and may you write there?";
    throw new AsrError("usage", `${place}: cannot be written: ${messageOf(error)}`, hint);
  }
}
