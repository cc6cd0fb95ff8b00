import { join } from "node:path";
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";
import { commandEntry, isClone, packageFolder } from "./locate.ts";

/** Tells the engine's thread, which has an entry file of its own, how the program was started. */
const key = "bun-asr program";

/**
 * What stands before the name of a command where a user types it: `./bunw run` where a script of
 * the clone runs, `bun-asr` where the package is installed or linked, or was started by that name.
 */
export const program: string = inherited() ?? startedAs();

/** Where to go with an error of the platform. */
export const doctorHint = `"${program} doctor" tells more`;

if (isMainThread) setEnvironmentData(key, program);

function inherited(): string | undefined {
  const value = getEnvironmentData(key);
  return typeof value === "string" ? value : undefined;
}

function startedAs(): string {
  const isByName = Bun.main === commandEntry;
  const isInClone = isClone && Bun.main.startsWith(join(packageFolder, "/"));
  return isInClone && !isByName ? "./bunw run" : "bun-asr";
}
