import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const root = join(import.meta.dir, "..");

function filesIn(folders: readonly string[], names: RegExp): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => names.test(path))
      .map((path) => join(folder, path)),
  );
}

const sources = filesIn(["ts", "tools", "bench", "reliability"], /\.ts$/).concat(
  "bunw",
  "ts/cli/bun-asr",
  ".ci/run",
);
const nativeSources = filesIn(["swift", "bench", "reliability"], /\.(?:swift|c|cpp|h|inl)$/).concat(
  "Package.swift",
);

function offences(pattern: RegExp): string[] {
  return [...sources, ...nativeSources].flatMap((path) =>
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

describe("every folder of sources", () => {
  /** What a C library shows belongs to the folder above. */
  const folderOf = (path: string) => {
    const folder = dirname(path);
    return basename(folder) === "include" ? dirname(folder) : folder;
  };
  const all = filesIn(
    ["ts", "tools", "bench", "reliability", "swift"],
    /\.(?:ts|swift|c|cpp|h|inl|py)$/,
  );
  const byFolder = Map.groupBy(all, folderOf);
  const first = /^\/\/\/? This folder: \S/m;

  test("says in its leading file what it is, or has a README", () => {
    const silent = [...byFolder].filter(([folder, paths]) => {
      if (existsSync(join(root, folder, "README.md"))) return false;
      const heads = paths.map((path) => readFileSync(join(root, path), "utf8").slice(0, 400));
      return heads.filter((head) => first.test(head)).length !== 1;
    });
    expect(silent.map(([folder]) => folder)).toEqual([]);
    expect(byFolder.size).toBeGreaterThan(60);
  });
});
