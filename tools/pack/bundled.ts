import { readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";
import type { BundledFile } from "../../ts/native/locate/bundled.ts";

// Bundlers take along what they see imported: so the packages import each of their files that are
// no modules, and a program that was compiled with them carries all it needs.

const engineFile = "engine.js";

/**
 * Writes into the modules of the main package what takes the place of ts/native/locate/bundled.ts,
 * with the engine's thread as one script beside it. `demo` is the demo's folder seen from there,
 * `scale` that of the runner of archives.
 */
export async function writeBundled(
  modules: string,
  { demo, scale }: Readonly<Record<"demo" | "scale", string>>,
  platformName: string,
): Promise<void> {
  const folder = join(modules, "native/locate");
  await rm(join(folder, "bundled.js.map"));
  // Before the module below is there: the engine is told by its caller what the program carries.
  await bundleEngine(join(modules, "worker/engine/main.js"), folder);
  const model = importsOf(join(folder, demo), `${demo}/`);
  const runner = importsOf(join(folder, scale), `${scale}/`, /./, "runner");
  // The platform is known when a program is compiled, and what is not installed is an error then
  // that is caught here.
  const platform = platformName.replace(
    `${process.platform}-${process.arch}`,
    `\${process.platform}-\${process.arch}`,
  );
  await writeFile(
    join(folder, "bundled.js"),
    `import engine from "./${engineFile}" with { type: "file" };
${model.imports}${runner.imports}
const demo = ${model.table};
const scale = ${runner.table};

export function bundled() {
  return { engine, demo, scale, native: native() };
}

function native() {
  try {
    return require(\`${platform}\`).files;
  } catch {
    return undefined;
  }
}
`,
  );
}

/** Writes the module of the platform's package: its files, for bundlers and those who unpack. */
export async function writePlatformModule(folder: string): Promise<void> {
  const { imports, table } = importsOf(folder, "./", /\.(?:so(?:\.[\d.]+)?|dylib|metallib)$/);
  await writeFile(join(folder, "index.js"), `${imports}\nexport const files = ${table};\n`);
}

async function bundleEngine(entry: string, folder: string): Promise<void> {
  const { outputs, success, logs } = await Bun.build({
    entrypoints: [entry],
    target: "bun",
    // Names stay, for those who read a trace; comments would tell where it was made.
    minify: { whitespace: true, syntax: true },
    naming: engineFile,
    throw: false,
  });
  const [script] = outputs;
  if (!success || script === undefined || outputs.length > 1)
    throw new AsrError("native", `the engine cannot be bundled: ${logs.join("\n")}`);
  await writeFile(join(folder, engineFile), await script.text());
}

/**
 * Imports of the files in `folder`, seen as `prefix`, each as `variable` with a number, and an
 * object with what is known of each.
 */
function importsOf(folder: string, prefix: string, wanted = /./, variable = "file") {
  const entries = readdirSync(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map(({ name }) => name)
    .sort();
  const imports = names.map((name, index) => {
    const path = JSON.stringify(prefix + name);
    return `import ${variable}${index} from ${path} with { type: "file" };\n`;
  });
  const rows = names.map((name, index) => {
    const content = readFileSync(join(folder, name));
    const sha256 = new Bun.CryptoHasher("sha256").update(content).digest("hex");
    const rest: Omit<BundledFile, "path"> = { bytes: content.length, sha256 };
    const fields = `path: ${variable}${index}, ...${JSON.stringify(rest)}`;
    return `  ${JSON.stringify(name)}: { ${fields} },\n`;
  });
  return { imports: imports.join(""), table: `{\n${rows.join("")}}` };
}
