import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";

const daysKept = 60;
const day = 86_400_000;

/** What `unpacked` makes: folders called by a hash, with letters behind it while they are made. */
const ownName = /^[0-9a-f]{32}(?:\.\w{6})?$/;

/** Notes on the folder that it is in use today. */
export function noteUse(folder: string): void {
  try {
    const now = new Date();
    utimesSync(folder, now, now);
  } catch {
    // Where nothing can be written, nothing will be removed either.
  }
}

/** Removes what other versions unpacked in `place` and did not use for 60 days. */
export function removeUnused(place: string): void {
  for (const name of readdirSync(place).filter((name) => ownName.test(name))) {
    const folder = join(place, name);
    try {
      const age = Date.now() - statSync(folder).mtimeMs;
      if (age > daysKept * day) rmSync(folder, { recursive: true, force: true });
    } catch {
      // What cannot be removed, or was by another process, is in nobody's way.
    }
  }
}
