import { existsSync } from "node:fs";
import { join } from "node:path";
import packageFile from "../package.json";
import { AsrError } from "../ts/contract/errors.ts";
import { root } from "./folders.ts";
import { withLock } from "./lock.ts";
import type { Report } from "./wheels.ts";

/**
 * Installs the compiler, its types and the linter, where they are missing. They are needed for
 * checks and packages alone, so that running depends on no npm package.
 */
export async function installDevelopment(report: Report): Promise<void> {
  const names = Object.keys(packageFile.devDependencies);
  const areHere = () => names.every((name) => existsSync(join(root, "node_modules", name)));
  if (areHere()) return;
  const onWait = () => report("setup: waiting for another set-up of node_modules");
  await withLock(join(root, ".build/development.lock"), onWait, async () => {
    if (areHere()) return;
    report("setup: installing the TypeScript compiler and the linter");
    await install();
  });
}

async function install(): Promise<void> {
  const cache = join(root, "../shared/bun-cache");
  const env = { ...process.env };
  if (env["BUN_INSTALL_CACHE_DIR"] === undefined && existsSync(cache)) {
    env["BUN_INSTALL_CACHE_DIR"] = cache;
  }
  const child = Bun.spawn([process.execPath, "install", "--frozen-lockfile"], {
    cwd: root,
    env,
    stdin: "ignore",
    stdout: 2,
    stderr: 2,
  });
  if ((await child.exited) === 0) return;
  const hint = "see above; check the network, or set BUN_INSTALL_CACHE_DIR";
  throw new AsrError("native", "the packages of devDependencies could not be installed", hint);
}
