import { lstatSync, mkdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Where files may be unpacked, in the order of what is better: the folder that $BUN_ASR_CACHE
 * names and no other, else one in the user's cache, else one for temporary files.
 */
export function cachePlaces(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string[] {
  const named = environment["BUN_ASR_CACHE"];
  if (named) return [named];
  const home = environment["HOME"] || homedir();
  const caches = environment["XDG_CACHE_HOME"] || join(home, ".cache");
  return [join(caches, "bun-asr"), join(tmpdir(), `bun-asr-${process.getuid?.() ?? "user"}`)];
}

/**
 * Makes the folder, unless it is there. Throws where others could put files into it: they would be
 * run.
 */
export function openPlace(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  const isOwn = uid === (process.getuid?.() ?? uid);
  if (!isOwn) throw new Error("it belongs to another user");
  if ((mode & 0o022) !== 0) throw new Error("others may write to it");
}
