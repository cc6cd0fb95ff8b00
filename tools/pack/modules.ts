import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { chmod, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { installDevelopment } from "../development.ts";
import { root } from "../folders.ts";
import type { Report } from "../wheels.ts";
import { run } from "./run.ts";

/**
 * Writes into `folder`, which is to the package what `ts` is to a clone, the product as JavaScript,
 * module by module with maps to their sources, and the types of what is exported: `exported` are
 * the modules that others import, from `ts` on, as in `index.ts`.
 */
export async function makeModules(
  folder: string,
  exported: readonly string[],
  report: Report,
): Promise<void> {
  await installDevelopment(report);
  const work = mkdtempSync(join(tmpdir(), "bun-asr-modules-"));
  try {
    const compiler = join(root, "node_modules/.bin/tsc");
    await run([compiler, "--project", join(root, "tools/pack"), "--outDir", work]);
    const made = join(work, "ts");
    await copyTexts(made);
    await pruneTypes(made, exported);
    for (const path of filesIn(made, ".map")) await mapToSource(made, path);
    await makeCommand(made);
    await cp(made, folder, { recursive: true });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What modules import as text is no module, and the compiler leaves it where it is. */
async function copyTexts(made: string): Promise<void> {
  for (const path of filesIn(made, ".js")) {
    const code = readFileSync(join(made, path), "utf8");
    for (const [, name = ""] of code.matchAll(/ from "(\..*?)" with \{ type: "text" \}/g)) {
      const text = join(dirname(path), name);
      await mkdir(dirname(join(made, text)), { recursive: true });
      await cp(join(root, "ts", text), join(made, text));
    }
  }
}

/**
 * Leaves the types that can be reached from what is exported. Their imports end in .js, as those of
 * the modules do: the ending of a source is an error for those who do not allow it.
 */
async function pruneTypes(made: string, exported: readonly string[]): Promise<void> {
  const kept = new Set<string>();
  const keep = async (path: string) => {
    if (kept.has(path)) return;
    kept.add(path);
    const file = join(made, path);
    const importOf = /(\bfrom |\bimport\()"(\.[^"]*)\.ts"/g;
    const types = readFileSync(file, "utf8");
    await writeFile(file, types.replace(importOf, '$1"$2.js"'));
    for (const [, , name = ""] of types.matchAll(importOf))
      await keep(`${join(dirname(path), name)}.d.ts`);
  };
  for (const path of exported) await keep(path.replace(/\.ts$/, ".d.ts"));
  for (const path of filesIn(made, ".d.ts")) if (!kept.has(path)) await rm(join(made, path));
}

/** A map has its source within, and calls it by its path in the repository. */
async function mapToSource(made: string, path: string): Promise<void> {
  const source = path.replace(/\.js\.map$/, ".ts");
  const map: { sources: string[] } = JSON.parse(readFileSync(join(made, path), "utf8"));
  map.sources = [relative(dirname(join("/js", path)), join("/ts", source))];
  await writeFile(join(made, path), JSON.stringify(map));
}

/** The command starts the module beside it, which has another ending now. */
async function makeCommand(made: string): Promise<void> {
  const script = readFileSync(join(root, "ts/cli/bun-asr"), "utf8");
  const file = join(made, "cli/bun-asr");
  await writeFile(file, script.replace("/main.ts", "/main.js"));
  await chmod(file, 0o755);
}

/** Paths of the files below `folder` that end so, in a fixed order. */
function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending))
    .sort();
}
