import { mkdirSync, readdirSync, realpathSync, renameSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AsrError } from "../ts/contract/errors.ts";
import { builtLibrary } from "../ts/native/locate.ts";
import { depsFolder, root } from "./folders.ts";

/** A C++ program of this repository, in folders that count from the root. */
export interface CppProgram {
  /** Its own sources, which may include headers of `library`. */
  sources: string;
  /** The sources that it tests or measures. */
  library: string;
  /** Where quoted headers are looked for, from the root. */
  headers: string;
  /** They lie in the Swift library, which is built, and are not compiled again. */
  inSwiftLibrary?: boolean;
  /** Options of the compiler and of the linker. */
  compile: readonly string[];
  link: readonly string[];
  /** Compiled with these sanitizers, apart from what is not, as in `address,undefined`. */
  sanitizers?: string;
  /** Compiled for another machine, as in `aarch64-linux-gnu`. */
  target?: string;
}

const cmlx = "swift/Linux/CMLX";
const kernels = `${cmlx}/kernels`;
const releaseFolder = dirname(builtLibrary);
const openblas = join(depsFolder, "scipy_openblas32");

/** The CPU kernels, under test. */
export const kernelsTest: CppProgram = {
  sources: "swift/Tests/kernels",
  library: kernels,
  headers: cmlx,
  compile: [],
  link: ["-lpthread"],
};

/** What is done to MLX's graph, under test. */
export const graphTest: CppProgram = {
  sources: "swift/Tests/cmlx",
  library: cmlx,
  headers: `${cmlx}/include`,
  inSwiftLibrary: true,
  compile: [],
  link: [`-L${releaseFolder}`, "-lBunASR", `-Wl,-rpath,${releaseFolder}`],
};

/** Accelerate's functions, under test. */
export const accelerateTest: CppProgram = {
  sources: "swift/Tests/accelerate",
  library: "swift/Linux/Accelerate",
  headers: "swift/Linux/Accelerate/include",
  compile: [`-I${join(depsFolder, "mlx/include")}`, `-I${join(openblas, "include")}`],
  link: [`-L${join(openblas, "lib")}`, "-lscipy_openblas", `-Wl,-rpath,${join(openblas, "lib")}`],
};

/** The same with the shim compiled again, so that sanitizers see it; libmlx they do not. */
export const shimTest: CppProgram = {
  ...graphTest,
  inSwiftLibrary: false,
  compile: [
    `-I${join(root, cmlx)}`,
    `-I${join(depsFolder, "mlx/include")}`,
    "-Wno-deprecated-declarations",
  ],
  link: [
    `-L${join(depsFolder, "mlx/lib")}`,
    "-lmlx",
    `-Wl,-rpath,${join(depsFolder, "mlx/lib")}`,
    "-lpthread",
  ],
};

/** The CPU kernels, measured. */
export const kernelsBench: CppProgram = {
  sources: "bench/kernels",
  library: kernels,
  headers: cmlx,
  compile: [],
  link: ["-lpthread"],
};

/**
 * Compiles what changed since the last time and returns the program's path. Programs share the
 * objects of their libraries.
 */
export async function compiled(cpp: CppProgram): Promise<string> {
  const { sources, library, headers, inSwiftLibrary = false, compile, link, sanitizers } = cpp;
  const kind = [cpp.target, sanitizers].flatMap((part) => (part === undefined ? [] : [`-${part}`]));
  const folder = join(root, `.build/cpp${kind.join("")}`);
  const target = cpp.target === undefined ? [] : [`--target=${cpp.target}`];
  // The instruction sets take minutes each, and twice as long with -O2.
  const sanitized = sanitizers === undefined ? [] : [`-fsanitize=${sanitizers}`, "-O1", "-g1"];
  mkdirSync(folder, { recursive: true });
  const [own, tested] = [filesIn(sources), filesIn(library)];
  const units = [...own, ...(inSwiftLibrary ? [] : tested)].filter(isUnit);
  const options = [...target, ...compile, `-I${join(root, headers)}`, ...sanitized];
  const included = [...own, ...tested].filter((path) => !isUnit(path));
  const oldest = newest([...included, import.meta.path]);
  const objects = units.map((path) =>
    join(folder, `${path.slice(root.length + 1).replaceAll("/", "-")}.o`),
  );
  const stale = units.flatMap((path, i) => {
    const output = objects[i]!;
    const isFresh = timeOf(output) > Math.max(timeOf(path), oldest);
    return isFresh ? [] : [{ output, command: ["-std=c++20", "-O2", "-c", path, ...options] }];
  });
  const queue = stale.values();
  const worker = async () => {
    for (const { output, command } of queue) await clang(command, output);
  };
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, worker));

  const program = join(folder, `${basename(sources)}-${basename(join(sources, ".."))}`);
  if (timeOf(program) < newest(objects)) {
    await clang([...target, ...objects, ...link, ...sanitized, ...runtimeOf(sanitizers)], program);
  }
  return program;
}

/** The thread sanitizer of Swift's clang knows libdispatch, and needs it. */
function runtimeOf(sanitizers: string | undefined): string[] {
  const compiler = Bun.which("clang++");
  if (sanitizers !== "thread" || compiler === null) return [];
  const folder = join(dirname(realpathSync(compiler)), "../lib/swift/linux");
  return [`-L${folder}`, "-ldispatch", "-lBlocksRuntime", `-Wl,-rpath,${folder}`];
}

/** Runs the compiler; the output appears at once or not at all. */
async function clang(command: readonly string[], output: string): Promise<void> {
  const unfinished = `${output}.${process.pid}`;
  const child = Bun.spawn(["clang++", ...command, "-o", unfinished], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const errors = await child.stderr.text();
  if ((await child.exited) !== 0) throw new AsrError("native", `clang++ failed: ${errors}`);
  renameSync(unfinished, output);
}

function filesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.map((name) => join(root, folder, name)).filter((path) => statSync(path).isFile());
}

function isUnit(path: string): boolean {
  return path.endsWith(".cpp");
}

function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newest(paths: readonly string[]): number {
  return Math.max(0, ...paths.map(timeOf));
}
