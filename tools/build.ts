import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AsrError } from "../ts/contract/errors.ts";
import { builtLibrary } from "../ts/native/locate.ts";
import { depsFolder, root } from "./folders.ts";
import { withLock } from "./lock.ts";
import { wheels } from "./pins.ts";
import { removeStaleModules } from "./stale-modules.ts";
import { swift } from "./toolchain.ts";
import type { Report } from "./wheels.ts";

const stampPath = join(root, ".build/bun-asr.stamp");

/** Whether the library was built from the sources as they are now. */
export function isBuilt(): boolean {
  if (!existsSync(builtLibrary) || !existsSync(stampPath)) return false;
  return readFileSync(stampPath, "utf8") === sourceStamp();
}

/** Builds the Swift library when a source changed. The compiler's output goes to stderr. */
export async function build(report: Report): Promise<void> {
  if (isBuilt()) return;
  await alone(report, async () => {
    if (isBuilt()) return;
    report("build: compiling the Swift library (minutes the first time)");
    const stamp = sourceStamp();
    await buildProduct("BunASR", builtLibrary);
    if (process.platform === "darwin") await placeMetalKernels(dirname(builtLibrary));
    await writeFile(stampPath, stamp);
  });
}

/** Builds a program of the package, which no other command needs, and returns its path. */
export async function buildProgram(name: string, report: Report): Promise<string> {
  const program = join(dirname(builtLibrary), name);
  await alone(report, async () => {
    report(`build: compiling ${name}`);
    await buildProduct(name, program);
  });
  return program;
}

/**
 * Builds every target of the package that this machine can build, and the Swift tests. Says whether
 * that worked.
 */
export async function buildTests(report: Report): Promise<boolean> {
  let isDone = false;
  await alone(report, async () => {
    report("build: compiling every Swift target and the tests");
    isDone = (await compile(["--build-tests"])).status === 0;
    if (process.platform === "darwin") {
      const bundle = "bun-asrPackageTests.xctest/Contents/MacOS";
      await placeMetalKernels(join(dirname(builtLibrary), bundle));
    }
  });
  return isDone;
}

/** Runs `action` while no other build of this folder runs. */
async function alone(report: Report, action: () => Promise<void>): Promise<void> {
  const onWait = () => report("build: waiting for another build of this folder");
  await withLock(join(root, ".build/bun-asr.lock"), onWait, action);
}

async function buildProduct(name: string, path: string): Promise<void> {
  const { command, status } = await compile(["--product", name]);
  if (status === 0 && existsSync(path)) return;
  const why = `${name} was not built (${command.join(" ")}: exit ${status})`;
  throw new AsrError("native", why, "see the compiler's output above");
}

async function compile(options: readonly string[]): Promise<{ command: string[]; status: number }> {
  const command = [await swift(), "build", "--configuration", "release", ...options];
  removeStaleModules(dirname(builtLibrary));
  const child = Bun.spawn(command, { cwd: root, stdin: "ignore", stdout: 2, stderr: 2 });
  return { command, status: await child.exited };
}

/**
 * MLX looks for its GPU kernels first beside the file that it lies in; without them every operation
 * fails.
 */
async function placeMetalKernels(folder: string): Promise<void> {
  const kernels = join(depsFolder, "mlx/lib/mlx.metallib");
  await copyFile(kernels, join(folder, "mlx.metallib"));
}

/** Changes when a source, the manifest or a pinned package does. */
function sourceStamp(): string {
  const lines = wheels.map(({ name, version }) => `${name} ${version}`);
  const add = (path: string) => {
    const { size, mtimeMs } = lstatSync(join(root, path));
    lines.push(`${path} ${size} ${mtimeMs}`);
  };
  add("Package.swift");
  for (const entry of readdirSync(join(root, "swift"), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) add(join(entry.parentPath, entry.name).slice(root.length + 1));
  }
  return `${lines.sort().join("\n")}\n`;
}
