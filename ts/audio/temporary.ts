import { lstatSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { AsrError, messageOf } from "../contract/errors.ts";

/** `bun-asr-`, whose process it is by machine and number, and six letters of chance. */
const folderName = /^bun-asr-([0-9a-z]+)-(\d+)-\w{6}$/;

let isSwept = false;
let isRemovedAtExit = false;

/**
 * Makes a folder that only its owner can enter. Whoever makes one removes it; what a process leaves
 * is removed when it exits, or when the next one makes its first. Throws AsrError `input` where
 * none can be made for `name`.
 */
export async function temporaryFolder(name: string): Promise<string> {
  if (!isSwept) removeFolders((pid) => pid !== process.pid && !isAlive(pid));
  isSwept = true;
  // A worker is not told when its process exits: whoever starts one sees to that.
  if (Bun.isMainThread) removeFoldersAtExit();
  try {
    return await mkdtemp(join(tmpdir(), `bun-asr-${machine()}-${process.pid}-`));
  } catch (error) {
    const why = `${name}: no temporary folder can be made in ${tmpdir()}: ${messageOf(error)}`;
    throw new AsrError("input", why, "set TMPDIR to a folder that can be written to");
  }
}

/** Has this process remove its temporary folders when it exits, those of its workers included. */
export function removeFoldersAtExit(): void {
  if (isRemovedAtExit) return;
  isRemovedAtExit = true;
  process.on("exit", () => removeFolders((pid) => pid === process.pid));
}

function removeFolders(isLeft: (pid: number) => boolean): void {
  for (const entry of entriesOf(tmpdir())) {
    const [, owner, pid] = folderName.exec(entry) ?? [];
    if (owner !== machine() || !isLeft(Number(pid))) continue;
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
