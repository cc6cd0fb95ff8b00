import { isAbsolute, join } from "node:path";
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";
import { type Bundled, type BundledFile, bundled } from "./bundled.ts";

/** Tells the engine's thread, which is a script of its own, what the program carries. */
const key = "bun-asr carried";

/**
 * What this program carries, and all that it starts carries with it; undefined where the modules
 * are on their own.
 */
export function carried(): Bundled | undefined {
  const inherited = getEnvironmentData(key) as Bundled | undefined;
  if (inherited !== undefined) return inherited;
  const own = bundled();
  if (own === undefined) return undefined;
  const found = {
    engine: located(own.engine),
    demo: locatedFiles(own.demo),
    scale: locatedFiles(own.scale),
    native: own.native === undefined ? undefined : locatedFiles(own.native),
  };
  setEnvironmentData(key, found);
  return found;
}

/** A bundle that is no compiled program names its files as they lie beside it. */
function located(path: string): string {
  return isAbsolute(path) ? path : join(import.meta.dir, path);
}

function locatedFiles(
  files: Readonly<Record<string, BundledFile>>,
): Readonly<Record<string, BundledFile>> {
  const entries = Object.entries(files);
  return Object.fromEntries(
    entries.map(([name, file]) => [name, { ...file, path: located(file.path) }]),
  );
}
