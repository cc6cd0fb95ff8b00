// This folder: makes the packages that others install, who have no clone and no compiler.

import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";
import { locateLibrary } from "../../ts/native/locate.ts";
import { depsFolder, root } from "../folders.ts";
import { wheels } from "../pins.ts";
import { toStderr } from "../setup.ts";
import { swiftLicense } from "../toolchain.ts";
import { installWheels, type Report } from "../wheels.ts";
import { gatherDarwin } from "./darwin-parts.ts";
import { gatherLinux } from "./linux-parts.ts";

const licensesFolder = join(root, "tools/pack/licenses");

/**
 * Puts into an empty folder what a machine without a clone needs to compute: the native library,
 * and beside it whatever it loads that is no part of the system, each part where the others look
 * for it, wherever the folder is moved to. Their licences are in `licenses`. The library is the one
 * that is built, or that $BUN_ASR_LIBRARY names, which must lie where it was built.
 */
export async function gatherNativeParts(folder: string, report: Report = toStderr): Promise<void> {
  await mkdir(folder, { recursive: true });
  const present = await readdir(folder);
  if (present.length > 0) throw new AsrError("usage", `${folder} is not empty`);
  await installWheels(wheels, report);
  const library = locateLibrary();
  if (process.platform === "darwin") await gatherDarwin(folder, library);
  else await gatherLinux(folder, library, report);
  await gatherLicenses(join(folder, "licenses"));
}

/**
 * The licences as the wheels and the Swift toolchain carry them, a file for each, and those that
 * lie here because none of these carries them. NOTICE says which is for what.
 */
async function gatherLicenses(folder: string): Promise<void> {
  await cp(licensesFolder, folder, { recursive: true });
  for (const { name, version } of wheels) {
    const metadata = join(depsFolder, `${name.replaceAll("-", "_")}-${version}.dist-info/licenses`);
    for (const file of (await readdir(metadata)).sort())
      await copyFile(
        join(metadata, file),
        join(folder, `${name}-${file.replace(/\.txt$/, "")}.txt`),
      );
  }
  // On a Mac the runtime of Swift is a part of the system.
  if (process.platform === "darwin") return;
  const license = await swiftLicense();
  if (!existsSync(license)) throw new AsrError("native", `${license}: no licence of Swift`);
  await copyFile(license, join(folder, "swift-LICENSE.txt"));
}
