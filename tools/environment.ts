import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AsrError } from "../ts/contract/errors.ts";
import { root } from "./folders.ts";
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

/** The interpreter of an environment, which is installed when it is not there. */
export async function environmentPython(
  { name, purpose, requirements }: Environment,
  report: Report,
): Promise<string> {
  const home = join(root, ".cache", name);
  const interpreter = join(home, "bin/python");
  const marker = join(home, "complete");
  if (existsSync(marker)) return interpreter;
  report(`setup: installing ${purpose}`);
  await mkdir(join(root, ".cache"), { recursive: true });
  await run([await python(purpose), "-m", "venv", home]);
  await run([interpreter, "-m", "pip", "install", "--quiet", "--requirement", requirements]);
  await writeFile(marker, "");
  return interpreter;
}

/** Runs a command whose output goes to stderr. */
export async function run(command: string[]): Promise<void> {
  const child = Bun.spawn(command, { cwd: root, stdin: "ignore", stdout: 2, stderr: 2 });
  if ((await child.exited) === 0) return;
  throw new AsrError("native", `${command.join(" ")} failed`, "see its output above");
}
