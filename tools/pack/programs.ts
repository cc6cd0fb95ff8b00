import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import packageFile from "../../package.json";
import { platformPackage } from "../../ts/native/locate.ts";
import { toStderr } from "../setup.ts";
import { compileBinary } from "./binary.ts";
import { licensesText } from "./licenses.ts";
import { makeFolder, type PackOptions, putInPlace, stagePackages } from "./packages.ts";
import { makeWheel } from "./wheel.ts";

/** Which forms of the program are made. */
export interface ProgramForms {
  /** One file that needs nothing else, as in bun-asr-linux-x64. */
  binary: boolean;
  /** The same in a Python wheel. */
  wheel: boolean;
}

/**
 * Makes the program that runs without Bun, for this platform; returns the paths. The same sources,
 * libraries and compilers give the same bytes.
 */
export async function makePrograms(
  { into, version = packageFile.version, report = toStderr }: PackOptions,
  { binary, wheel }: ProgramForms,
): Promise<string[]> {
  await makeFolder(into);
  const work = await mkdtemp(join(tmpdir(), "bun-asr-pack-"));
  try {
    const [main, platform] = await stagePackages(join(work, "node_modules"), version, report);
    report("pack: the program");
    const made = join(work, platformPackage);
    await compileBinary(main, made);
    const parts = { binary: made, platform, version };
    // Where the program goes, its licences go too.
    const licenses = `${made}.licenses.txt`;
    await writeFile(licenses, licensesText(platform));
    const paths = [
      ...(binary ? [made, licenses] : []),
      ...(wheel ? [await makeWheel(work, parts)] : []),
    ];
    for (const path of paths) await putInPlace(path, join(into, basename(path)));
    return paths.map((path) => join(into, basename(path)));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
