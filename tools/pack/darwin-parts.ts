import { copyFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";
import { depsFolder } from "../folders.ts";
import { run } from "./run.ts";

const kernels = "mlx.metallib";

/**
 * The native library, in which MLX lies already, without symbols for debuggers; beside it MLX's
 * kernels for the GPU. The Swift runtime is a part of macOS.
 */
export async function gatherDarwin(folder: string, library: string): Promise<void> {
  const part = join(folder, basename(library));
  await copyFile(library, part);
  await copyFile(join(depsFolder, "mlx/lib", kernels), join(folder, kernels));
  await run(["strip", "-x", part]);
  // Whatever changes a library breaks its signature, and macOS ends a process that loads such.
  await run(["codesign", "--force", "--sign", "-", part]);
  const foreign = (await run(["otool", "-L", part]))
    .split("\n")
    .map((line) => /^\t(\S+) \(/.exec(line)?.[1])
    .filter((name) => name !== undefined)
    .filter((name) => basename(name) !== basename(part))
    .filter((name) => !/^(?:\/usr\/lib|\/System|@rpath\/libswift)/.test(name));
  if (foreign.length === 0) return;
  throw new AsrError("native", `${part} needs ${foreign.join(", ")}, which other Macs lack`);
}
