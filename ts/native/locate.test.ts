import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import packageFile from "../../package.json";
import { expectAsrError } from "../testing/expect-error.ts";
import {
  builtLibrary,
  demoSample,
  fetchedFfmpeg,
  locateLibrary,
  packageFolder,
  platformPackage,
  platforms,
} from "./locate.ts";

// Processes on a busy machine.
setDefaultTimeout(60_000);

let folder = "";
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "bun-asr-locate-")));
});
afterAll(() => rmSync(folder, { recursive: true }));

const libraryFile = basename(builtLibrary);

/** package.json of a platform package. */
function manifest(name = platformPackage, version = packageFile.version): string {
  return JSON.stringify({ name, version });
}

/** A folder whose node_modules have the platform package. */
function importer(name: string, withLibrary = true): { importer: string; library: string } {
  const home = join(folder, name);
  const inPackage = join(home, "node_modules", platformPackage);
  mkdirSync(inPackage, { recursive: true });
  writeFileSync(join(inPackage, "package.json"), manifest());
  const library = join(inPackage, libraryFile);
  if (withLibrary) writeFileSync(library, "");
  return { importer: home, library };
}

describe("the native library", () => {
  const nowhere = { importer: tmpdir(), built: "/nonexistent/library" };

  test("is the one that the variable names, before all others", () => {
    const { importer: from } = importer("both");
    expect(locateLibrary({ variable: demoSample, importer: from })).toBe(demoSample);
  });

  test("is the platform package's, before the clone's build", () => {
    const { importer: from, library } = importer("package");
    expect(locateLibrary({ variable: "", importer: from, built: demoSample })).toBe(library);
  });

  test("is the clone's build, where nothing else is", () => {
    expect(locateLibrary({ variable: "", importer: tmpdir(), built: demoSample })).toBe(demoSample);
    const { importer: from } = importer("empty", false);
    expect(locateLibrary({ variable: "", importer: from, built: demoSample })).toBe(demoSample);
  });

  test("is missed with all places that were tried, and what to do", async () => {
    await expectAsrError(
      () => locateLibrary({ ...nowhere, variable: "" }),
      "native",
      "BUN_ASR_LIBRARY is not set",
      `${platformPackage} is not installed`,
      "/nonexistent/library is not built",
      "run ./bunw run build",
    );
    const { importer: from, library } = importer("without", false);
    await expectAsrError(
      () => locateLibrary({ ...nowhere, variable: "", importer: from }),
      "native",
      `${library} does not exist`,
    );
  });

  test("is not taken from a platform package of another version", async () => {
    const { importer: from, library } = importer("old");
    const home = dirname(library);
    writeFileSync(join(home, "package.json"), manifest(platformPackage, "0.0.1"));
    const why = `${home} is version 0.0.1, and this is ${packageFile.version}`;
    await expectAsrError(
      () => locateLibrary({ ...nowhere, variable: "", importer: from }),
      "native",
      why,
    );
    expect(locateLibrary({ variable: "", importer: from, built: demoSample })).toBe(demoSample);
  });

  test("is missed with the package of another platform that is there", async () => {
    const other = platforms
      .map((name) => `bun-asr-${name}`)
      .find((name) => name !== platformPackage)!;
    const home = join(folder, "foreign/node_modules", other);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "package.json"), manifest(other));
    await expectAsrError(
      () => locateLibrary({ ...nowhere, variable: "", importer: join(folder, "foreign") }),
      "native",
      `${platformPackage} is not installed, only ${other} is, which is for another platform`,
    );
  });

  test("is not looked for elsewhere when the variable is wrong", async () => {
    await expectAsrError(
      () => locateLibrary({ variable: "/nonexistent" }),
      "native",
      "BUN_ASR_LIBRARY=/nonexistent: no such file",
      "unset it",
    );
  });
});

test("a fetched ffmpeg is found by its prefix", () => {
  expect(fetchedFfmpeg(folder)).toBeUndefined();
  const programs = join(folder, "imageio_ffmpeg/binaries");
  mkdirSync(programs, { recursive: true });
  writeFileSync(join(programs, "__init__.py"), "");
  expect(fetchedFfmpeg(folder)).toBeUndefined();
  writeFileSync(join(programs, "ffmpeg-any-v7"), "");
  expect(fetchedFfmpeg(folder)).toBe(join(programs, "ffmpeg-any-v7"));
});

describe("an installed package", () => {
  let home = "";
  beforeAll(() => {
    home = join(folder, "installed");
    const own = join(home, "node_modules/bun-asr");
    for (const name of ["ts", "models/demo", "package.json"]) {
      cpSync(join(packageFolder, name), join(own, name), { recursive: true });
    }
  });

  async function run(script: string, ...argv: string[]) {
    const { BUN_ASR_LIBRARY: _, ...env } = process.env;
    const child = Bun.spawn([process.execPath, script, ...argv], {
      cwd: home,
      env: { ...env, BUN_ASR_MODEL: "demo" },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { status: await child.exited, out, notes };
  }
  const program = "node_modules/bun-asr/ts/cli/main.ts";

  test("goes by its own name, and lists its own commands", async () => {
    const { out } = await run(program, "help");
    expect(out).toStartWith("usage: bun-asr COMMAND");
    expect(out).not.toContain("setup");
    expect((await run(program, "transcribe", "--help")).out).toStartWith("usage: bun-asr transc");
    const { status, notes } = await run(program, "models", "rm", "0.6b", "--cache-dir", "none");
    expect([status, notes]).toEqual([3, expect.stringContaining("with: bun-asr models list")]);
  });

  test("goes by its own name on the engine's thread, too", async () => {
    const { notes } = await run(program, demoSample, "-m", "0.6b", "--offline", "--cache-dir", ".");
    expect(notes).toContain('"bun-asr models pull ');
  });

  test("without the platform package says what to install", async () => {
    const { status, notes } = await run(program, "transcribe");
    expect(status).toBe(4);
    expect(notes).toMatch(/^error: the native library was not found: .*; install bun-asr-\w+-\w+/);
    expect(notes.trimEnd().split("\n").length).toBe(1);
  });
});
