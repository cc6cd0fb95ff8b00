import { accessSync, constants, existsSync } from "node:fs";
import { mkdtemp, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { diskSpace } from "../audio/files/disk-space.ts";
import { builtLibrary, isBundled, locateLibrary } from "../native/locate.ts";
import type { Place, Report } from "./report.ts";

/**
 * Whether a folder can be written to, and how much fits. One that is not there yet would be made:
 * then it is the nearest folder above that counts.
 */
export async function placeOf(path: string): Promise<Place> {
  const nearest = nearestFolder(resolve(path));
  const free = (await diskSpace(nearest))?.free ?? null;
  return { path, writable: await isWritable(nearest), freeBytes: free };
}

function nearestFolder(path: string): string {
  const above = dirname(path);
  return existsSync(path) || above === path ? path : nearestFolder(above);
}

/** By trying: permissions say nothing of a disk that is mounted to be read alone. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    accessSync(folder, constants.W_OK);
    await rmdir(await mkdtemp(join(folder, ".bun-asr-")));
    return true;
  } catch {
    return false;
  }
}

/** The native library; null where there is none, which whoever loads it tells in full. */
export function foundLibrary(): Report["places"]["library"] {
  try {
    const path = locateLibrary();
    if (process.env["BUN_ASR_LIBRARY"]) return { path, source: "variable" };
    if (isBundled) return { path, source: "program" };
    return { path, source: path === builtLibrary ? "build" : "package" };
  } catch {
    return null;
  }
}
