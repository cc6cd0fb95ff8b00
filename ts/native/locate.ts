import { suffix } from "bun:ffi";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import packageFile from "../../package.json";
import { AsrError } from "../contract/errors.ts";
import type { Bundled } from "./locate/bundled.ts";
import { carried } from "./locate/carried.ts";
import { unpacked } from "./locate/unpack.ts";

// The one place that knows where things lie which are no modules: the native library, the demo
// model, the engine's entry file, the runner of archives, and what a clone's set-up fetches.

/** The folder of the modules: in a clone `ts`, in a package what was made of it. */
export const modulesFolder = join(import.meta.dir, "..");

/** The folder of this package; in a clone it is the root of the repository. */
export const packageFolder = join(modulesFolder, "..");

/** Whether a bundler made one script of all modules, as for a compiled program. */
export const isBundled = !/\/native\/locate\.[jt]s$/.test(import.meta.path);

/** Whether this package is a clone, which can build and fetch; one that is installed cannot. */
export const isClone = !isBundled && existsSync(join(packageFolder, "tools/run.ts"));

/** What a clone's set-up fetches; nothing else lies there, so it can be deleted at any time. */
export const depsFolder = join(packageFolder, ".deps");

const libraryFile = `libBunASR.${suffix}`;

/** Where a clone's build puts the native library. */
export const builtLibrary = join(packageFolder, ".build/release", libraryFile);

/** The platforms that there are libraries for. */
export const platforms = ["linux-x64", "linux-arm64", "darwin-arm64"] as const;

/** The package that has the native library for this platform, with all that the library loads. */
export const platformPackage = `bun-asr-${process.platform}-${process.arch}`;

const missingHint =
  `install ${platformPackage}@${packageFile.version} (bun add), ` +
  `or set BUN_ASR_LIBRARY to a ${libraryFile}`;

/** What to do about a native library that is not there or does not fit. */
export const libraryHint = hintOf();

function hintOf(): string {
  if (isClone) return "run ./bunw run build";
  return isBundled ? "remove its folder, and it is unpacked anew" : missingHint;
}

/** Where the native library is looked for; tests look elsewhere. */
export interface LibraryPlaces {
  /** $BUN_ASR_LIBRARY. */
  variable?: string | undefined;
  /** The folder from which the platform package is resolved as an import is. */
  importer?: string;
  built?: string;
}

/**
 * The native library: the one that $BUN_ASR_LIBRARY names, else the one that this program carries,
 * else that of the platform package, else that of the clone's build. Throws AsrError `native` with
 * all places that were tried.
 */
export function locateLibrary({
  variable = process.env["BUN_ASR_LIBRARY"],
  importer = import.meta.dir,
  built = builtLibrary,
}: LibraryPlaces = {}): string {
  if (variable) {
    if (existsSync(variable)) return variable;
    const hint = `set it to a ${libraryFile}, or unset it`;
    throw new AsrError("native", `BUN_ASR_LIBRARY=${variable}: no such file`, hint);
  }
  // No package is looked for: Bun would take one from where the user stands.
  if (isBundled) return join(unpackedParts(), libraryFile);
  const inPackage = libraryInPackage(importer);
  if (inPackage.path !== undefined) return inPackage.path;
  if (existsSync(built)) return built;
  const tried = ["BUN_ASR_LIBRARY is not set", inPackage.problem];
  if (isClone) tried.push(`${built} is not built`);
  const message = `the native library was not found: ${tried.join(", ")}`;
  throw new AsrError("native", message, libraryHint);
}

/** The library in the platform package, or why there is none to be used. */
function libraryInPackage(
  importer: string,
): { path: string } | { path?: undefined; problem: string } {
  const folder = folderOfPackage(platformPackage, importer);
  if (folder === undefined) return { problem: missingPackage(importer) };
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (version !== packageFile.version) {
    return { problem: `${folder} is version ${version}, and this is ${packageFile.version}` };
  }
  const path = join(folder, libraryFile);
  return existsSync(path) ? { path } : { problem: `${path} does not exist` };
}

/** A node_modules that was copied from another machine has the library of that one. */
function missingPackage(importer: string): string {
  const others = platforms.map((name) => `bun-asr-${name}`);
  const other = others.find((name) => folderOfPackage(name, importer) !== undefined);
  const only = other === undefined ? "" : `, only ${other} is, which is for another platform`;
  return `the package ${platformPackage} is not installed${only}`;
}

/** The folder of the native library and what it loads, which this program carries. */
function unpackedParts(): string {
  const parts = inBundle().native;
  if (parts !== undefined) return unpacked(parts);
  const hint = `add ${platformPackage} where it is made, and make it again`;
  throw new AsrError("native", `this program was made without ${platformPackage}`, hint);
}

/** What a bundler took along with this script. */
function inBundle(): Bundled {
  const found = carried();
  if (found !== undefined) return found;
  const why = "this program was made from a clone of bun-asr, whose files do not come along";
  const hint = "make it with the package that ./bunw run pack makes";
  throw new AsrError("native", why, hint);
}

function folderOfPackage(name: string, importer: string): string | undefined {
  try {
    return dirname(Bun.resolveSync(`${name}/package.json`, importer));
  } catch {
    // What cannot be resolved is not installed.
    return undefined;
  }
}

/** The name of the model that comes with this package, for a limited domain of English. */
export const demoModel = "demo";

const demoFolder = join(packageFolder, "models/demo");

/** A recording in the demo's domain, with sample.txt beside it, in a clone or a package. */
export const demoSample = join(demoFolder, "sample.wav");

/** The folder of a model given as `demo` or as a path. */
export function modelFolder(model: string): string {
  if (model !== demoModel) return model;
  return isBundled ? unpacked(inBundle().demo) : demoFolder;
}

/** `demoSample`, wherever this program has it. */
export function sampleFile(): string {
  return join(modelFolder(demoModel), basename(demoSample));
}

/** The folder of the programs, in Python, that run the shards of an archive. */
export function scaleFolder(): string {
  return isBundled ? unpacked(inBundle().scale) : join(packageFolder, "scale");
}

/** What modules end in: they are packed as JavaScript. */
const extension = extname(import.meta.path);

/** The module that runs on the engine's thread. */
export function engineEntry(): string | URL {
  const module = `../worker/engine/main${extension}`;
  return isBundled ? inBundle().engine : new URL(module, import.meta.url);
}

/** The command, and the module that it runs. */
export const commandFile = Bun.isStandaloneExecutable
  ? process.execPath
  : join(modulesFolder, "cli/bun-asr");
export const commandEntry = join(modulesFolder, `cli/main${extension}`);

/** The ffmpeg that a clone's set-up fetched, or undefined where it did not. */
export function fetchedFfmpeg(deps: string = depsFolder): string | undefined {
  const folder = join(deps, "imageio_ffmpeg/binaries");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const program = names.find((name) => name.startsWith("ffmpeg-"));
  return program === undefined ? undefined : join(folder, program);
}
