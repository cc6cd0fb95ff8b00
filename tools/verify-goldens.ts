import packageFile from "../package.json";
import { goldenSet } from "../ts/testing/goldens.ts";
import { compareSet, goldensHead } from "./compare-goldens.ts";

const sets = ["small", "small-q4", "small-mixed", "small-hf"];

/**
 * The command `verify --goldens`: the committed goldens in both precisions, a row for each, for
 * machines on which nobody has seen the figures yet; returns the exit status.
 */
export async function verifyGoldens(): Promise<number> {
  const { platform, arch } = process;
  process.stdout.write(`${packageFile.name} ${packageFile.version} ${platform} ${arch}\n`);
  process.stdout.write(goldensHead);
  let failed = 0;
  for (const name of sets) {
    const set = goldenSet(name);
    failed += await compareSet(name, set, "full");
    failed += await compareSet(name, set, "auto");
  }
  process.stdout.write(`goldens: ${failed} too far off\n`);
  return failed === 0 ? 0 : 1;
}
