import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { isolated, withoutMounts } from "../../reliability/namespaces.ts";
import { demoSample, platformPackage } from "../../ts/native/locate.ts";
import { expectAsrError } from "../../ts/testing/expect-error.ts";
import { depsFolder, root } from "../folders.ts";
import { makePackages, type Packed } from "./packages.ts";
import { run } from "./run.ts";
import { type Owner, Project } from "./testing/project.ts";
import { type Published, Registry } from "./testing/registry.ts";

// What takes packing more than once, or package managers often: `./bunw run verify --pack`.

setDefaultTimeout(600_000);

const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();
const transcribed = `
  import { transcribe } from "bun-asr";
  const { text } = await transcribe(${JSON.stringify(demoSample)}, { model: "demo" });
  console.log(text);`;
const versions = ["1.0.0", "1.0.1"] as const;
const cannotMount = await withoutMounts();

let work = "";
const packed: Packed[][] = [];
let registry: Registry;
let owner: Owner;
beforeAll(async () => {
  work = realpathSync(mkdtempSync(join(tmpdir(), "bun-asr-packed-")));
  for (const version of versions)
    packed.push(await makePackages({ into: join(work, "packages"), version, report() {} }));
  const published = await Promise.all(packed.flat().map(publish));
  registry = new Registry([...published, ...othersOf(published)]);
  owner = { home: join(work, "home"), registry: registry.url };
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(work, { recursive: true });
});

async function publish({ path }: Packed): Promise<Published> {
  const manifest = await run(["tar", "-xzOf", path, "package/package.json"]);
  return { manifest: JSON.parse(manifest), tarball: path };
}

/** The packages of other platforms, for which nobody on this one is to ask. */
function othersOf(published: readonly Published[]): Published[] {
  const names = ["bun-asr-linux-x64", "bun-asr-linux-arm64", "bun-asr-darwin-arm64"];
  return versions.flatMap((version) =>
    names
      .filter((name) => published.every(({ manifest }) => manifest.name !== name))
      .map((name) => {
        const [, , os = "", cpu = ""] = name.split("-");
        return { manifest: { name, version, os: [os], cpu: [cpu] } };
      }),
  );
}

describe("the packages", () => {
  test("are not begun where they cannot be put", async () => {
    const into = join(packed[0]![0]!.path, "below a file");
    await expectAsrError(() => makePackages({ into }), "output", "packages cannot be put there");
  });

  test("are the same bytes when they are made again", async () => {
    const again = await makePackages({ into: join(work, "again"), version: "1.0.0", report() {} });
    for (const [index, { path }] of again.entries()) {
      expect(basename(path)).toBe(basename(packed[0]![index]!.path));
      expect(Buffer.compare(readFileSync(path), readFileSync(packed[0]![index]!.path))).toBe(0);
    }
  });

  test("are small enough for a registry", () => {
    const [main, platform] = packed[0]!;
    expect(main!.bytes).toBeLessThan(10e6);
    expect(platform!.bytes).toBeLessThan(60e6);
  });

  test("have the sources of their modules in maps beside them", async () => {
    const { path } = packed[0]![0]!;
    const files = await new Bun.Archive(await Bun.file(path).bytes()).files();
    const mapped = [...files.keys()].filter((name) => name.endsWith(".js.map"));
    expect(mapped.length).toBeGreaterThan(300);
    for (const name of mapped) {
      const { sources, sourcesContent } = await files.get(name)!.json();
      const source = join(root, dirname(name.replace("package/", "")), sources[0]);
      expect([sources.length, sourcesContent[0]]).toEqual([1, readFileSync(source, "utf8")]);
      expect(await files.get(name.slice(0, -".map".length))!.text()).toEndWith(
        `//# sourceMappingURL=${basename(name)}`,
      );
    }
  });

  test("have no stray file", async () => {
    const known = [
      /^js\/(?:[a-z0-9-]+\/)*[a-z0-9-]+\.(?:js|js\.map|d\.ts|css|html|txt)$/,
      /^js\/cli\/bun-asr$/,
      /^models\/demo\/[a-z_]+\.(?:json|safetensors|txt|wav)$|^models\/demo\/README\.md$/,
      /^lib[A-Za-z_]+(?:-[0-9a-f]{8})?\.(?:so[.\d]*|dylib)$|^mlx\.metallib$/,
      /^licenses\/[A-Za-z0-9.-]+\.txt$/,
      /^scale\/(?:[a-z_]+\.py|requirements\.txt)$/,
      /^(?:package\.json|index\.js|README\.md|LICENSE|NOTICE|CHANGELOG\.md)$/,
    ];
    for (const { path } of packed[0]!) {
      const folder = join(work, "unpacked", basename(path));
      await run(["mkdir", "-p", folder]);
      await run(["tar", "-xzf", path, "-C", folder, "--strip-components=1"]);
      const listed = await run([process.execPath, "pm", "pack", "--dry-run"], folder);
      const names = Array.from(listed.matchAll(/^packed \S+ (.*)$/gm), ([, name = ""]) => name);
      expect(names.length).toBeGreaterThan(5);
      expect(names.filter((name) => !known.some((pattern) => pattern.test(name)))).toEqual([]);
      expect(names.filter((name) => /\.test\.|\btesting\b|fixture|\btest_/.test(name))).toEqual([]);
    }
  });
});

describe("from a registry", () => {
  test("one name brings what this platform needs, and nothing of the others", async () => {
    const project = new Project(join(work, "by name"), owner);
    await project.add("bun-asr");
    project.write("script.ts", transcribed);
    expect(await project.bun(["script.ts"])).toBe(`${sampleText}\n`);
    expect(registry.asked).toContain(`${platformPackage}-1.0.1.tgz`);
    expect(registry.asked.filter((path) => path.includes("of-another-platform"))).toEqual([]);
  });

  test("without what is optional it says what to add", async () => {
    const project = new Project(join(work, "omitted"), owner);
    await project.add("--omit=optional", "bun-asr");
    project.write("script.ts", transcribed);
    const { status, notes } = await project.run([process.execPath, "script.ts"]);
    expect(status).toBe(1);
    expect(notes).toContain(`the package ${platformPackage} is not installed`);
  });

  test.each(["hoisted", "isolated"])("a monorepo has it, %s", async (linker) => {
    const monorepo = new Project(join(work, linker), owner, {
      private: true,
      workspaces: ["apps/*"],
    });
    for (const [index, version] of versions.entries()) {
      const app = `apps/app-${index}`;
      const manifest = { name: `app-${index}`, dependencies: { "bun-asr": version } };
      monorepo.write(`${app}/package.json`, JSON.stringify(manifest));
      monorepo.write(`${app}/script.ts`, transcribed);
    }
    await monorepo.bun(["install", "--linker", linker]);
    for (const [index, version] of versions.entries()) {
      const app = `apps/app-${index}`;
      expect(await monorepo.bun(["script.ts"], app)).toBe(`${sampleText}\n`);
      const told = await monorepo.bun(["x", "--no-install", "bun-asr", "version"], app);
      expect(told).toBe(`bun-asr ${version}\n`);
    }
  });

  test("two versions work side by side in one process", async () => {
    const project = new Project(join(work, "two"), owner);
    await project.add("bun-asr@1.0.0", "newer@npm:bun-asr@1.0.1");
    project.write(
      "script.ts",
      `import { transcribe } from "bun-asr";
       import { transcribe as byNewer } from "newer";
       import { readFileSync } from "node:fs";
       const all = [transcribe, byNewer, transcribe, byNewer].map(
         (call) => call(${JSON.stringify(demoSample)}, { model: "demo" }),
       );
       console.log((await Promise.all(all)).map(({ text }) => text).join("\\n"));
       const maps = process.platform === "linux" ? readFileSync("/proc/self/maps", "utf8") : "";
       console.log(new Set(maps.match(/\\/.*libBunASR\\.so$/gm)).size);`,
    );
    const lines = [sampleText, sampleText, sampleText, sampleText];
    const libraries = process.platform === "linux" ? 2 : 0;
    expect(await project.bun(["script.ts"])).toBe(`${[...lines, libraries].join("\n")}\n`);
  });
});

test.skipIf(cannotMount !== undefined)(
  "it runs where nothing can be written, and the clone is not there",
  async () => {
    const project = new Project(join(work, "read only"), owner);
    await project.add(...packed[0]!.map(({ path }) => path));
    project.write("script.ts", transcribed.replace(demoSample, "talk.wav"));
    copyFileSync(demoSample, join(project.folder, "talk.wav"));
    const bun = join(work, "bun");
    copyFileSync(process.execPath, bun);
    // What set-up fetched may be shared by clones.
    const hidden = [realpathSync(depsFolder), root];
    const script = [
      "set -e",
      `chmod +x '${bun}'`,
      `mount --bind '${project.folder}' '${project.folder}'`,
      `mount -o remount,bind,ro '${project.folder}'`,
      ...hidden.map((folder) => `mount -t tmpfs none '${folder}'`),
      `cd '${project.folder}'`,
      "! touch node_modules/written 2>/dev/null",
      `'${bun}' script.ts`,
      `BUN='${bun}' node_modules/.bin/bun-asr transcribe -q -m demo talk.wav`,
    ];
    const { status, out, notes } = await project.run(isolated(script.join("\n"), true));
    expect([status, notes]).toEqual([0, ""]);
    expect(out).toBe(`${sampleText}\n${sampleText}\n`);
    expect(existsSync(join(project.folder, "node_modules/written"))).toBe(false);
  },
);
