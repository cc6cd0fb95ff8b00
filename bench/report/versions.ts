import { join } from "node:path";
import packageFile from "../../package.json";
import { root } from "../../tools/folders.ts";
import { wheels } from "../../tools/pins.ts";

/** Versions that every result names. */
export function versions(): Record<string, string> {
  const fetched = wheels.map(({ purpose, name, version }) => [purpose, `${name} ${version}`]);
  return { bun: Bun.version, "bun-asr": packageFile.version, ...Object.fromEntries(fetched) };
}

/** The state of the sources: the commit, and whether files differ from it. */
export interface Revision {
  commit: string;
  dirty: boolean;
}

/** Undefined outside a git checkout. Results and README do not count: a bench writes them. */
export function revision(): Revision | undefined {
  if (Bun.which("git") === null) return undefined;
  const commit = git("rev-parse", "--short=12", "HEAD");
  if (commit === undefined) return undefined;
  const sources = ["ts", "bench", "swift", "models", "Package.swift", "package.json"];
  const changed = git("status", "--porcelain", "--", ...sources, ":!bench/results");
  return { commit: commit.trim(), dirty: changed !== "" };
}

function git(...argv: string[]): string | undefined {
  const { success, stdout } = Bun.spawnSync(["git", "-C", join(root), ...argv], {
    stderr: "ignore",
  });
  return success ? stdout.toString() : undefined;
}
