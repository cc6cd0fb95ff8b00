import { existsSync } from "node:fs";
import { join } from "node:path";
import { goldenSet } from "../ts/testing/goldens.ts";
import { compareSet, goldensHead } from "./compare-goldens.ts";
import { environmentPython, official, run } from "./environment.ts";
import { root } from "./folders.ts";
import { toStderr } from "./setup.ts";

// Too slow or too large for the tests: the published 0.6B shapes against the official
// implementation, which is installed for it (2 GB), with random weights (2.5 GB).

const cache = join(root, ".cache");
const recipe = join(root, "models/goldens");
const goldens = join(cache, "goldens");
const sets = ["0.6b", "0.6b-q4"];

/** The command `verify`: prints a row for each case and returns the exit status. */
export async function verify(): Promise<number> {
  const interpreter = await environmentPython(official, toStderr);
  if (!sets.every((name) => existsSync(join(goldens, name, "manifest.json")))) {
    toStderr("verify: computing goldens at the shapes of 0.6B (minutes)");
    await run([interpreter, join(recipe, "make.py"), "full", "--out", goldens]);
  }
  process.stdout.write(goldensHead);
  let failed = 0;
  for (const name of sets) failed += await compareSet(name, goldenSet(name, goldens), "full");
  return failed === 0 ? 0 : 1;
}
