import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { AsrError, messageOf } from "../../contract/errors.ts";
import type { BundledFile } from "./bundled.ts";
import { cachePlaces, openPlace } from "./cache-places.ts";
import { noteUse, removeUnused } from "./unused.ts";

type Files = Readonly<Record<string, BundledFile>>;

/** Whoever writes to a file changes its time: one that has this was not written to. */
const unpackedAt = new Date("2000-01-01T00:00:00Z");

/**
 * The folder in which the files lie together under their names, for code that takes no other:
 * unpacked at the first call, and what was changed or is missing since then, anew. It is called by
 * what is in it. Throws AsrError `native` with all places that were tried.
 */
export function unpacked(files: Files, places = cachePlaces()): string {
  const inPlace = commonFolder(files);
  if (inPlace !== undefined) return inPlace;
  const reasons: string[] = [];
  for (const place of places) {
    try {
      return unpackedIn(place, files);
    } catch (error) {
      reasons.push(`${place}: ${messageOf(error)}`);
    }
  }
  const hint = "set BUN_ASR_CACHE to a folder of yours in which files may be written and run";
  throw new AsrError("native", `bun-asr cannot unpack itself: ${reasons.join("; ")}`, hint);
}

/** Where a bundler left all files as they are, in one folder, that is the one. */
function commonFolder(files: Files): string | undefined {
  const folders = new Set(Object.values(files).map(({ path }) => dirname(path)));
  const areNamedSo = Object.entries(files).every(([name, { path }]) => basename(path) === name);
  return areNamedSo && folders.size === 1 ? [...folders][0] : undefined;
}

function unpackedIn(place: string, files: Files): string {
  openPlace(place);
  const folder = join(place, nameOf(files));
  const wrong = Object.keys(files).filter(
    (name) => !isAsUnpacked(join(folder, name), files[name]!),
  );
  if (wrong.length > 0) unpack(folder, files, wrong);
  // On a disk from which nothing may be run, whatever the files' modes are.
  for (const name of Object.keys(files)) accessSync(join(folder, name), constants.X_OK);
  noteUse(folder);
  if (wrong.length > 0) removeUnused(place);
  return folder;
}

/** Other content has another name, so that versions lie side by side. */
function nameOf(files: Files): string {
  const hash = new Bun.CryptoHasher("sha256");
  for (const name of Object.keys(files).sort()) hash.update(`${name} ${files[name]!.sha256}\n`);
  return hash.digest("hex").slice(0, 32);
}

/** Whether a file is there and was not touched; what is in it is not read, for a quick start. */
function isAsUnpacked(path: string, { bytes }: BundledFile): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === bytes && found.mtimeMs === unpackedAt.getTime();
}

/**
 * Others may be about the same, or run what is there: so the folder appears whole or not at all,
 * and where there is one, each file is replaced by another.
 */
function unpack(folder: string, files: Files, wrong: readonly string[]): void {
  const isThere = lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
  const work = mkdtempSync(`${folder}.`);
  try {
    const names = isThere ? wrong : Object.keys(files);
    for (const name of names) write(join(work, name), files[name]!);
    if (!isThere && isRenamed(work, folder)) return;
    for (const name of names) renameSync(join(work, name), join(folder, name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Whether the folder got that name; not so where another process was quicker. */
function isRenamed(work: string, folder: string): boolean {
  try {
    renameSync(work, folder);
    return true;
  } catch (error) {
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) throw error;
    return false;
  }
}

function write(path: string, { path: source, bytes, sha256 }: BundledFile): void {
  const content = readFileSync(source);
  const found = new Bun.CryptoHasher("sha256").update(content).digest("hex");
  if (content.length !== bytes || found !== sha256)
    throw new Error(`the program is damaged: its ${basename(path)} is not what it was made with`);
  const file = openSync(path, "wx", 0o700);
  try {
    for (let at = 0; at < bytes; ) at += writeSync(file, content, at);
    // A machine that loses power keeps the times of files before what is in them.
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  utimesSync(path, unpackedAt, unpackedAt);
}
