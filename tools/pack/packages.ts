import { cpSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import packageFile from "../../package.json";
import { AsrError, messageOf } from "../../ts/contract/errors.ts";
import { demoModel, platformPackage } from "../../ts/native/locate.ts";
import { root } from "../folders.ts";
import { toStderr } from "../setup.ts";
import type { Report } from "../wheels.ts";
import { writeBundled, writePlatformModule } from "./bundled.ts";
import {
  exportedModules,
  mainManifest,
  modulesName,
  otherRuntimes,
  platformManifest,
} from "./manifests.ts";
import { makeModules } from "./modules.ts";
import { gatherNativeParts } from "./native-parts.ts";
import { run } from "./run.ts";

/** A file of a package. */
export interface PackedFile {
  /** Its path in the package. */
  path: string;
  bytes: number;
  /** What is left of it when it is compressed alone. */
  packedBytes: number;
}

/** A package as a file that package managers install. */
export interface Packed {
  path: string;
  bytes: number;
  files: readonly PackedFile[];
}

export interface PackOptions {
  /** The folder for the packages; it is made where there is none. */
  into: string;
  /** Default: that of package.json. */
  version?: string;
  report?: Report;
}

/** Pages that come along with both packages. */
const pages = ["LICENSE", "NOTICE", "CHANGELOG.md"];

/**
 * Makes the package that others import and the one with the native library for this machine. The
 * same build gives the same bytes.
 */
export async function makePackages({
  into,
  version = packageFile.version,
  report = toStderr,
}: PackOptions): Promise<Packed[]> {
  await makeFolder(into);
  const work = await mkdtemp(join(tmpdir(), "bun-asr-pack-"));
  try {
    const packed: Packed[] = [];
    for (const folder of await stagePackages(work, version, report))
      packed.push(await pack(folder, into));
    return packed;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Lays out both packages in `folder`, as in one of the name node_modules, and returns their own:
 * that of the package that others import, then that of the native library.
 */
export async function stagePackages(
  folder: string,
  version: string,
  report: Report,
): Promise<readonly [string, string]> {
  report("pack: modules and types");
  const main = join(folder, packageFile.name);
  await stageMain(main, version, report);
  report("pack: the native library and what it loads");
  const platform = join(folder, platformPackage);
  await stagePlatform(platform, version, report);
  return [main, platform];
}

/** Makes the folder for the packages before the work for them begins. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const message = `${folder}: packages cannot be put there: ${messageOf(error)}`;
    throw new AsrError("output", message, "give another folder", { cause: error });
  }
}

/** Lays out the package that others import. */
async function stageMain(folder: string, version: string, report: Report): Promise<void> {
  await makeModules(join(folder, modulesName), exportedModules, report);
  await writeFile(join(folder, otherRuntimes.path), otherRuntimes.content);
  const model = join("models", demoModel);
  cpSync(join(root, model), join(folder, model), { recursive: true });
  // How it was trained is for those who have the clone.
  rmSync(join(folder, model, "train"), { recursive: true });
  copyRunner(join(folder, runnerFolder));
  cpSync(join(root, "tools/pack/package.md"), join(folder, "README.md"));
  copyPages(folder);
  await writeManifest(folder, mainManifest(version));
  const seen = { demo: join("../../..", model), scale: join("../../..", runnerFolder) };
  await writeBundled(join(folder, modulesName), seen, platformPackage);
}

/** What runs archives, and what Ray needs; what tests and simulates it stays here. */
const runnerFolder = "scale";

function copyRunner(folder: string): void {
  const names = readdirSync(join(root, runnerFolder));
  for (const name of names.filter((name) => /^(?!test_|simulate).*\.(?:py|txt)$/.test(name))) {
    cpSync(join(root, runnerFolder, name), join(folder, name));
  }
}

async function stagePlatform(folder: string, version: string, report: Report): Promise<void> {
  await gatherNativeParts(folder, report);
  copyPages(folder);
  await writePlatformModule(folder);
  await writeManifest(folder, platformManifest(platformPackage, version));
}

function copyPages(folder: string): void {
  for (const page of pages) cpSync(join(root, page), join(folder, page));
}

async function writeManifest(folder: string, manifest: object): Promise<void> {
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Packs as package managers do, with fixed times and in a fixed order. */
async function pack(folder: string, into: string): Promise<Packed> {
  const work = `${folder}-packed`;
  const command = [process.execPath, "pm", "pack", "--quiet", "--destination", work];
  await mkdir(work);
  await run(command, folder);
  const [name = ""] = readdirSync(work);
  const path = join(into, name);
  await putInPlace(join(work, name), path);
  return { path, bytes: statSync(path).size, files: filesOf(folder) };
}

/** Puts a file where others may look for it: whole or not at all, on whatever disk. */
export async function putInPlace(made: string, path: string): Promise<void> {
  const beside = `${path}.${process.pid}`;
  await copyFile(made, beside);
  await rename(beside, path);
}

function filesOf(folder: string): PackedFile[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return paths.sort().map((path) => {
    const content = readFileSync(join(folder, path));
    return { path, bytes: content.length, packedBytes: Bun.gzipSync(content).length };
  });
}
