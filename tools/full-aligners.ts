import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "./environment.ts";
import { root } from "./folders.ts";
import { toStderr } from "./setup.ts";

/** Aligners of the published shapes with random weights: as published, and in 8 bits. */
export const fullAligners = ["aligner-0.6b", "aligner-0.6b-q8"] as const;

/**
 * The folder in which they lie with what the official implementation computes (3 GB). They are made
 * at first need by `python`, an interpreter that has it.
 */
export async function fullGoldens(python: string): Promise<string> {
  const folder = join(root, ".cache/goldens");
  if (!fullAligners.every((name) => existsSync(join(folder, name, "manifest.json")))) {
    toStderr("computing goldens at the shapes of the aligner (minutes)");
    const recipe = join(root, "models/goldens/make.py");
    await run([python, recipe, "full", "--size", "aligner", "--out", folder]);
  }
  return folder;
}
