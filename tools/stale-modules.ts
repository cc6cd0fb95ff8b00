import { existsSync, globSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Removes the objects of Swift modules that were compiled from C headers which are newer. SwiftPM
 * itself compiles a module again only where one of its own sources is newer, though it writes down
 * the headers that it read. `folder` has its products. Returns the names of the modules.
 */
export function removeStaleModules(folder: string): string[] {
  return globSync("*.build/*.d", { cwd: folder }).flatMap((path) => {
    const module = dirname(path).replace(/\.build$/, "");
    // Those of C and C++ files are the compiler's own business.
    if (path !== join(`${module}.build`, `${module}.d`)) return [];
    const list = join(folder, path);
    const written = statSync(list).mtimeMs;
    const headers = new Set(readFileSync(list, "utf8").match(/(?:\\ |\S)+\.h(?=\s|$)/g));
    const isNewer = (header: string) => {
      const source = header.replaceAll("\\ ", " ");
      return !existsSync(source) || statSync(source).mtimeMs > written;
    };
    if (!Array.from(headers).some(isNewer)) return [];
    for (const object of globSync(`${module}.build/*.o`, { cwd: folder })) {
      rmSync(join(folder, object));
    }
    return [module];
  });
}
