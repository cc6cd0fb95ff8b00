import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import packageFile from "../../package.json";
import { expectAsrError } from "../../ts/testing/expect-error.ts";
import { outcomeOf } from "../../ts/testing/recorded-terminal.ts";
import { type Manifest, readArtefacts } from "./artefacts.ts";
import { publishCommand } from "./command.ts";
import { commandsOf, publishAll } from "./order.ts";
import { problemsOf, type Release } from "./problems.ts";

const work = mkdtempSync(join(tmpdir(), "bun-asr-publish-"));
afterAll(() => rmSync(work, { recursive: true }));

const [name, version] = ["bun-asr", "1.2.3"];
const platforms = ["linux-x64", "darwin-arm64"] as const;
const repository = { type: "git", url: "https://example.com/bun-asr.git" };
const pages = { LICENSE: "", NOTICE: "", "licenses/mlx-LICENSE.txt": "" };

let folders = 0;

/** A folder with packages: what is right, but for what is changed in a manifest or the files. */
async function folderWith({
  change = {},
  of = name,
  files = pages,
  as = version,
}: {
  change?: object;
  of?: string;
  files?: Record<string, string>;
  as?: string;
} = {}): Promise<string> {
  const folder = join(work, String(folders++));
  mkdirSync(folder);
  const manifests: Manifest[] = platforms.map((platform) => {
    const [os = "", cpu = ""] = platform.split("-");
    return { name: `${name}-${platform}`, version, repository, os: [os], cpu: [cpu] };
  });
  const optionalDependencies = Object.fromEntries(
    manifests.map((manifest) => [manifest.name, version]),
  );
  manifests.push({ name, version, repository, optionalDependencies });
  for (const manifest of manifests) {
    const isChanged = manifest.name === of;
    const file = join(folder, `${manifest.name}-${isChanged ? as : version}.tgz`);
    const entries = Object.entries(isChanged ? files : pages);
    const content = {
      "package/package.json": JSON.stringify({ ...manifest, ...(isChanged ? change : {}) }),
      ...Object.fromEntries(entries.map(([path, text]) => [`package/${path}`, text])),
    };
    await Bun.Archive.write(file, content, { compress: "gzip" });
  }
  return folder;
}

async function releaseOf(folder: string, rest: Partial<Release> = {}): Promise<Release> {
  return {
    name,
    version,
    platforms,
    artefacts: await readArtefacts(folder),
    changelog: "# Changes\n\n## 1.2.3 (2026-11-29)\n\n## 1.2.2 (2026-11-01)\n",
    security: "Write to security@example.com.",
    git: { isClean: true, tags: ["v1.2.3"] },
    ...rest,
  };
}

describe("what is wrong is told", () => {
  test("but nothing where nothing is", async () => {
    expect(problemsOf(await releaseOf(await folderWith()))).toEqual([]);
  });

  test.each<[string, Partial<Release>]>([
    ["CHANGELOG.md begins with 1.2.2", { changelog: "## 1.2.2 (2026-11-01)\n" }],
    ["CHANGELOG.md begins with no version", { changelog: "" }],
    ["CHANGELOG.md has no date for 1.2.3", { changelog: "## 1.2.3\n" }],
    ["SECURITY.md has a placeholder", { security: "[owner: fill in]" }],
    ["the working tree has changes", { git: { isClean: false, tags: ["v1.2.3"] } }],
    ["this commit has no tag v1.2.3", { git: { isClean: true, tags: ["v1.2.2"] } }],
    ["the package bun-asr-linux-arm64 is missing", { platforms: [...platforms, "linux-arm64"] }],
    ["there is a package bun-asr-darwin-arm64 too many", { platforms: ["linux-x64"] }],
    ["bun-asr-1.2.3.tgz is not among the hashes", { sums: "" }],
  ])("%s", async (problem, rest) => {
    expect(problemsOf(await releaseOf(await folderWith(), rest)).join("\n")).toContain(problem);
  });

  const linux = "bun-asr-linux-x64";
  test.each<[string, Parameters<typeof folderWith>[0]]>([
    ["bun-asr-1.2.3.tgz is of version 1.2.4, not 1.2.3", { change: { version: "1.2.4" } }],
    ["is not named by its name and version", { as: "1.2.4" }],
    ["is private", { change: { private: true } }],
    ["names no repository", { change: { repository: undefined } }],
    ["has dependencies", { change: { dependencies: { left: "1" } } }],
    ["runs postinstall", { change: { scripts: { postinstall: "true" } } }],
    ["has no NOTICE", { files: { LICENSE: "" } }],
    [
      "does not ask for its platforms' packages in version 1.2.3",
      { change: { optionalDependencies: { [linux]: "^1.2.3" } } },
    ],
    ["is not for linux x64 alone", { of: linux, change: { cpu: ["x64", "arm64"] } }],
    ["has no licences of others", { of: linux, files: { LICENSE: "", NOTICE: "" } }],
    ["the package bun-asr-linux-x64 is missing", { of: linux, change: { name: "other" } }],
  ])("%s", async (problem, made) => {
    expect(problemsOf(await releaseOf(await folderWith(made))).join("\n")).toContain(problem);
  });

  test("a package with another hash than where it was made", async () => {
    const release = await releaseOf(await folderWith());
    const { packages } = release.artefacts;
    const sums = packages.map((each) => `${each.sha256}  dist/${each.name}`).join("\n");
    expect(problemsOf({ ...release, sums })).toEqual([]);
    const other = sums.replace(packages[1]!.sha256, "0".repeat(64));
    const told = [`${packages[1]!.name} has another hash than where it was made`];
    expect(problemsOf({ ...release, sums: other })).toEqual(told);
  });

  test("a package that cannot be read, and a folder that is not there", async () => {
    const folder = await folderWith();
    writeFileSync(join(folder, "bun-asr-9.tgz"), "no archive");
    await expectAsrError(() => readArtefacts(folder), "usage", "no package that can be read");
    await expectAsrError(() => readArtefacts(join(work, "none")), "usage", "no such folder");
  });
});

describe("publishing", () => {
  test("goes from the platforms' packages to the one that asks for them", async () => {
    const { packages } = await readArtefacts(await folderWith());
    const commands = commandsOf(packages, name, "next");
    const files = commands.map(([, , file = ""]) => basename(file));
    expect(files.at(-1)).toBe("bun-asr-1.2.3.tgz");
    expect(files).toHaveLength(3);
    for (const [npm, verb, file, ...rest] of commands) {
      expect([npm, verb]).toEqual(["npm", "publish"]);
      expect(file).toStartWith("./");
      expect(rest).toEqual(["--provenance", "--access", "public", "--tag", "next"]);
    }
  });

  test("ends where one cannot be published, and says what is left", async () => {
    const [first, last] = [join(work, "first"), join(work, "last")];
    const commands = [["touch", first], ["false"], ["touch", last]];
    const left = `run: false && touch ${last}`;
    await expectAsrError(() => publishAll(commands), "native", "false: exit 1", left);
    expect([existsSync(first), existsSync(last)]).toEqual([true, false]);
  });

  test("does not happen where something is wrong, even if it is asked for", async () => {
    const argv = ["--from", await folderWith(), "--for-real"];
    const { status, out, notes } = await outcomeOf((to) => publishCommand.run(argv, to));
    expect(status).toBe(1);
    expect(out).toMatch(/^[0-9a-f]{64} {2}bun-asr-1\.2\.3\.tgz$/m);
    expect(out).toContain("npm publish ./");
    expect(notes).toContain(`is of version 1.2.3, not ${packageFile.version}`);
    expect(notes).toEndWith("to mend first; nothing was published\n");
  });
});
