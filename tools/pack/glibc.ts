import { run } from "./run.ts";

/**
 * The oldest glibc, as in `2.35`, that has every function which these programs and libraries take
 * from it. The linker notes with each library that is needed the versions of what is taken.
 */
export async function neededGlibc(paths: readonly string[]): Promise<string> {
  const noted = await run(["readelf", "--wide", "--version-info", ...paths]);
  const versions = [...noted.matchAll(/\bGLIBC_(\d+(?:\.\d+)+)\b/g)].map(([, version]) => version!);
  return versions.reduce((oldest, version) => {
    return Bun.semver.order(padded(version), padded(oldest)) > 0 ? version : oldest;
  }, "2.0");
}

function padded(version: string): string {
  return [...version.split("."), "0", "0"].slice(0, 3).join(".");
}
