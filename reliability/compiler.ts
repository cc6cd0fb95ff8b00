import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../tools/folders.ts";
import { builtLibrary } from "../ts/native/locate.ts";

/** Where compiled programs of the suite lie. */
const output = join(root, ".build/reliability");

/** Compiles one of native/; returns its path. Throws with the compiler's words. */
export async function compiledNative(
  name: string,
  options: readonly string[],
  as = name.replace(/\.c$/, ""),
): Promise<string> {
  mkdirSync(output, { recursive: true });
  const path = join(output, options.includes("-shared") ? `${as}.so` : as);
  await run(["clang", "-O1", "-g", join(import.meta.dir, "native", name), ...options, "-o", path]);
  return path;
}

/** The options that link the Swift library in a folder. */
export function linked(library = process.env["BUN_ASR_LIBRARY"] ?? builtLibrary): string[] {
  const folder = library.slice(0, library.lastIndexOf("/"));
  const headers = join(root, "swift/CBunASR/include");
  return [`-I${headers}`, `-L${folder}`, "-lBunASR", `-Wl,-rpath,${folder}`];
}

/** A library to preload. */
export const preloaded = ["-shared", "-fPIC", "-ldl"];

/** Why a check that compiles C cannot be run. */
export async function withoutClang(): Promise<string | undefined> {
  if (process.platform !== "linux") return "needs LD_PRELOAD";
  return Bun.which("clang") === null ? "needs clang" : undefined;
}

/** Runs a command; throws with what it said when it fails. */
export async function run(command: string[], cwd = root): Promise<void> {
  const child = Bun.spawn(command, { cwd, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const errors = await child.stderr.text();
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")}: ${errors}`);
}
