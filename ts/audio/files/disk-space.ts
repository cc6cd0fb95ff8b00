import { statfs } from "node:fs/promises";

/** What is left on a disk, in bytes. */
export interface DiskSpace {
  free: number;
  total: number;
}

/** The space of the disk on which a folder lies; undefined where the system does not tell. */
export async function diskSpace(folder: string): Promise<DiskSpace | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return undefined;
  }
}

/** A recording may not take all of a disk: this much is left to others. */
export function isNearlyFull({ free, total }: DiskSpace): boolean {
  return free < Math.min(total / 20, 2 ** 30);
}

/** Whether an error of the system says that there is no room. */
export function saysFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(ENOSPC|EDQUOT)$/.test(String(error.code));
}
