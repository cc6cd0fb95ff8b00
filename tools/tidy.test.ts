import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const sources = ["ts", "tools", "bench"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => join(folder, path)),
  )
  .concat("bunw", ".ci/run");

function offences(pattern: RegExp): string[] {
  return sources.flatMap((path) =>
    readFileSync(join(root, path), "utf8")
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  );
}

test("lines end within 100 columns", () => {
  // A regular expression cannot be broken, and a hash should not be.
  expect(offences(/^(?!.*(\/gu;$|--hash=)).{101,}$/u)).toEqual([]);
});

test("nothing is left to fix, and nothing is silenced", () => {
  expect(offences(/\b(?:TO)DO\b|\b(?:FIX)ME\b|@ts-[ie]|\bas\s+any\b|(?:biome-)ignore/)).toEqual([]);
});

test("files stay short", () => {
  const long = sources.filter(
    (path) => readFileSync(join(root, path), "utf8").split("\n").length > 320,
  );
  expect(long).toEqual([]);
});
