import packageFile from "../../package.json";
import { platforms } from "../../ts/native/locate.ts";

/** The folder of the modules within the package, as `ts` is within the clone. */
export const modulesName = "js";

/** The module that others than Bun get to see. */
export const otherRuntimes = {
  path: `${modulesName}/needs-bun.js`,
  content:
    `throw new Error("bun-asr needs Bun ${packageFile.engines.bun}: https://bun.sh, ` +
    `then start this program with bun in place of " + process.argv0);\n`,
};

/** Where the sources are, where package.json says it: who publishes proves that they are there. */
const repository = "repository" in packageFile ? { repository: packageFile.repository } : {};

const sourcePrefix = "./ts/";

/** The modules that others import, from `ts` on. */
export const exportedModules: readonly string[] = Object.values(packageFile.exports)
  .filter((path) => path.startsWith(sourcePrefix))
  .map((path) => path.slice(sourcePrefix.length));

/** package.json of the package that others import: that of the clone, with paths of the package. */
export function mainManifest(version: string): object {
  const {
    name,
    description,
    license,
    engines,
    type,
    sideEffects,
    exports: sources,
    bin,
  } = packageFile;
  const made = (path: string) => path.replace(sourcePrefix, `./${modulesName}/`);
  const exported = Object.entries(sources).map(([subpath, source]) => {
    if (!source.startsWith(sourcePrefix)) return [subpath, source];
    const module = made(source).replace(/\.ts$/, "");
    const conditions = {
      types: `${module}.d.ts`,
      bun: `${module}.js`,
      default: `./${otherRuntimes.path}`,
    };
    return [subpath, conditions];
  });
  return {
    name,
    version,
    description,
    license,
    ...repository,
    engines,
    type,
    sideEffects,
    exports: Object.fromEntries(exported),
    bin: Object.fromEntries(Object.entries(bin).map(([command, path]) => [command, made(path)])),
    // In lock step: the boundary between the two is that of one version.
    optionalDependencies: Object.fromEntries(
      platforms.map((platform) => [`${name}-${platform}`, version]),
    ),
  };
}

/** package.json of the package that has the native library for the machine that packs. */
export function platformManifest(name: string, version: string): object {
  const { platform, arch } = process;
  return {
    name,
    version,
    description: `The native library of ${packageFile.name} for ${platform} ${arch}`,
    license: "SEE LICENSE IN NOTICE",
    ...repository,
    engines: packageFile.engines,
    type: "module",
    exports: { ".": "./index.js", "./package.json": "./package.json" },
    os: [platform],
    cpu: [arch],
    ...(platform === "linux" ? { libc: ["glibc"] } : {}),
  };
}
