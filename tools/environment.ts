import { existsSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AsrError } from "../ts/contract/errors.ts";
import { root } from "./folders.ts";
import { withLock } from "./lock.ts";
import { python } from "./toolchain.ts";
import type { Report } from "./wheels.ts";

/** A Python environment to compare with, made at first need under .cache/. */
export interface Environment {
  /** Its folder under .cache/. */
  name: string;
  /** What the message says while it is installed. */
  purpose: string;
  /** A file of pinned packages. */
  requirements: string;
}

/** The official implementation; the goldens are made with it. */
export const official: Environment = {
  name: "official",
  purpose: "the official implementation (2 GB, once)",
  requirements: join(root, "models/goldens/requirements.txt"),
};

/** What speaks to the server in its tests: OpenAI's SDK, Wyoming, and what tries the contract. */
export const clients: Environment = {
  name: "clients",
  purpose: "clients of the server, to test with (110 MB, once)",
  requirements: join(root, "ts/testing/clients/requirements.txt"),
};

/** What shares out the shards of an archive to many machines. */
export const ray: Environment = {
  name: "scale",
  purpose: "Ray (240 MB, once)",
  requirements: join(root, "scale/requirements.txt"),
};

/** A server that speaks S3. */
export const objectStore: Environment = {
  name: "scale-s3",
  purpose: "moto, which plays S3 (120 MB, once)",
  requirements: join(root, "tools/verify-scale/requirements.txt"),
};

/** The interpreter of an environment, which is installed when it is not there as it is pinned. */
export async function environmentPython(
  { name, purpose, requirements }: Environment,
  report: Report,
): Promise<string> {
  const home = join(root, ".cache", name);
  const interpreter = join(home, "bin/python");
  const marker = join(home, "complete");
  const pinned = readFileSync(requirements, "utf8");
  const isComplete = () => existsSync(marker) && readFileSync(marker, "utf8") === pinned;
  if (isComplete()) return interpreter;
  const onWait = () => report(`setup: waiting for another set-up of .cache/${name}`);
  await withLock(join(root, `.cache/${name}.lock`), onWait, async () => {
    if (isComplete()) return;
    report(`setup: installing ${purpose}`);
    const maker = await python(purpose);
    await rm(home, { recursive: true, force: true });
    // The pip that is there installs it: Debian's Python has none to put into an environment.
    await run([maker, "-m", "venv", "--without-pip", home]);
    const pip = [maker, "-m", "pip", "--python", interpreter, "--disable-pip-version-check"];
    await run([...pip, "install", "--quiet", "--requirement", requirements]);
    await writeFile(marker, pinned);
  });
  return interpreter;
}

/** Runs a command whose output goes to stderr. */
export async function run(command: string[]): Promise<void> {
  const child = Bun.spawn(command, { cwd: root, stdin: "ignore", stdout: 2, stderr: 2 });
  if ((await child.exited) === 0) return;
  throw new AsrError("native", `${command.join(" ")} failed`, "see its output above");
}
