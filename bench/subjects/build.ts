import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { root } from "../../tools/folders.ts";
import type { Report } from "../../tools/wheels.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import { Subject, subjectCommand } from "./subject.ts";

/** A checkout of this program: its library, and its own TypeScript. */
export interface Build {
  /** What tables call it. */
  name: string;
  folder: string;
}

/** This checkout, with what has not been committed. */
export const thisBuild: Build = { name: "this", folder: root };

/**
 * Another checkout, compiled by its own set-up where it is not yet. Throws AsrError `usage` for a
 * folder that is none, `native` when it cannot be built.
 */
export async function otherBuild(folder: string, report: Report): Promise<Build> {
  const path = resolve(folder);
  if (!existsSync(join(path, "bench/subjects/bun-asr.ts"))) {
    throw new AsrError("usage", `--against ${folder}: no checkout of this program`);
  }
  if (!existsSync(join(path, ".build/release/libBunASR.so"))) {
    report(`setting up ${path}`);
    const child = Bun.spawn(["./bunw", "run", "setup"], { cwd: path, stdout: 2, stderr: 2 });
    if ((await child.exited) !== 0) throw new AsrError("native", `${path}: it was not built`);
  }
  return { name: commitOf(path), folder: path };
}

function commitOf(folder: string): string {
  const { stdout, success } = Bun.spawnSync(["git", "-C", folder, "log", "-1", "--format=%h"]);
  return success ? stdout.toString().trim() : folder;
}

/** Its stages on a model, by its own bench: see bun-asr.ts. */
export async function openStages({ name, folder }: Build, model: string): Promise<Subject> {
  const script = join(folder, "bench/subjects/bun-asr.ts");
  return await Subject.open(name, [...own(folder), process.execPath, script, model]);
}

/** Whole recordings by all of it: see recording.ts. */
export async function openRecordings({ name, folder }: Build, model: string): Promise<Subject> {
  const command = subjectCommand("recording.ts", folder, model);
  return await Subject.open(name, [...own(folder), ...command]);
}

/** A library that the environment names is that of this checkout alone. */
function own(folder: string): string[] {
  return folder === root ? [] : ["env", "-u", "BUN_ASR_LIBRARY"];
}
