import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.ts";

/**
 * Compiles the command of the main package, laid out in the folder `main` with the platform's
 * package beside it, into a program at `path`, which carries both, Bun and the demo model. The same
 * packages give the same bytes.
 */
export async function compileBinary(main: string, path: string): Promise<void> {
  const work = `${path}.${process.pid}`;
  await mkdir(work, { recursive: true });
  try {
    // Its name becomes a part of it.
    const made = join(work, "bun-asr");
    const options = [
      "--compile",
      "--target=bun",
      // Parsed when it is made: a start takes a third of the time.
      "--bytecode",
      "--format=esm",
      "--minify-whitespace",
      "--minify-syntax",
      // What lies where the user stands may come from anybody; see ts/cli/bun-asr.
      "--no-compile-autoload-dotenv",
      "--no-compile-autoload-bunfig",
      `--outfile=${made}`,
    ];
    // Paths of modules become a part of it as they are seen from where it is compiled.
    await run([process.execPath, "build", ...options, "js/cli/main.js"], main);
    await chmod(made, 0o755);
    await rename(made, path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
