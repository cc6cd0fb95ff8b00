import { lstatSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { isGone } from "../../concurrency/other-process.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";

/** `bun-asr-`, whose process it is by machine and number, and six letters of chance. */
const ownName = /^bun-asr-([0-9a-z]+)-(\d+)-\w{6}$/;

let isTidy = false;

/**
 * Makes a folder that only its owner can enter. Whoever makes one removes it; what a process leaves
 * is removed when it exits, or when the next one starts. Throws AsrError `input` where
 * none can be made for `name`.
 */
export async function temporaryFolder(name: string): Promise<string> {
  // A worker is not told when its process exits: whoever starts one sees to that.
  if (Bun.isMainThread) tidyTemporaryFolders();
  try {
    return await mkdtemp(join(tmpdir(), namePrefix()));
  } catch (error) {
    const why = `${name}: no temporary folder can be made in ${tmpdir()}: ${messageOf(error)}`;
    throw new AsrError("input", why, "set TMPDIR to a folder that can be written to");
  }
}

/**
 * Removes the temporary folders that processes left which are no more, and has this one remove its
 * own when it exits, those of its workers included.
 */
export function tidyTemporaryFolders(): void {
  if (isTidy) return;
  isTidy = true;
  removeFolders(isLeftBehind);
  process.on("exit", () => removeFolders((name) => ownerOf(name) === process.pid));
}

/** A name for a temporary file, which tells whose it is: short, whatever it is for. */
export function temporaryName(): string {
  return `${namePrefix()}${crypto.randomUUID().slice(0, 6)}`;
}

/** Whether a temporary file or folder of this name belonged to a process that is no more. */
export function isLeftBehind(name: string): boolean {
  const pid = ownerOf(name);
  return pid !== undefined && pid !== process.pid && isGone(pid);
}

function namePrefix(): string {
  return `bun-asr-${machine()}-${process.pid}-`;
}

/** The number of the process that a name tells of; undefined where it is not of this machine. */
function ownerOf(name: string): number | undefined {
  const [, owner, pid] = ownName.exec(name) ?? [];
  return owner === machine() ? Number(pid) : undefined;
}

function removeFolders(isLeft: (name: string) => boolean): void {
  for (const entry of entriesOf(tmpdir()).filter(isLeft)) {
    try {
      const path = join(tmpdir(), entry);
      const stats = lstatSync(path);
      if (!stats.isDirectory() || stats.uid !== process.getuid?.()) continue;
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Another process removes it at the same time, or nobody can.
    }
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Whoever makes a folder there is told why it is not to be used.
    return [];
  }
}

/** Stands for all processes that see the same numbers: a temporary folder may be shared wider. */
function machine(): string {
  return Bun.hash.crc32(`${hostname()} ${processNamespace()}`).toString(36);
}

function processNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
