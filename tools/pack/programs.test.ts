import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoSample, platformPackage } from "../../ts/native/locate.ts";
import { python } from "../toolchain.ts";
import { compileBinary } from "./binary.ts";
import { licensesIn, licensesText } from "./licenses.ts";
import { stagePackages } from "./packages.ts";
import { run } from "./run.ts";
import { Project } from "./testing/project.ts";
import { makeWheel } from "./wheel.ts";

// Packing and compiling on a busy machine.
setDefaultTimeout(300_000);

const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();
const version = "0.0.1";

let work = "";
let modules = "";
let main = "";
let platform = "";
let program = "";
/** A folder of somebody who has no clone. */
let project: Project;
beforeAll(async () => {
  work = realpathSync(mkdtempSync(join(tmpdir(), "bun-asr-programs-")));
  modules = join(work, "made/node_modules");
  [main, platform] = await stagePackages(modules, version, () => {});
  program = join(work, "Programme é", "bun-asr");
  mkdirSync(join(program, ".."));
  await compileBinary(main, program);
  project = new Project(join(work, "project"), { home: join(work, "home") });
  copyFileSync(demoSample, join(project.folder, "talk.wav"));
});
afterAll(() => rmSync(work, { recursive: true }));

const transcribe = ["transcribe", "-m", "demo", "-q"];

/** A program in the project, with these variables. */
async function started(variables: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const given = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return await project.run(["env", ...given, program, ...words]);
}

describe("the program", () => {
  test("has the commands, the demo model and its sample", async () => {
    expect((await started({}, "version")).out).toMatch(/^bun-asr \d/);
    expect((await started({}, "help")).out).toStartWith("usage: bun-asr COMMAND");
    const { status, out } = await started({ BUN_ASR_MODEL: "demo" }, "transcribe", "-q");
    expect([status, out]).toEqual([0, `${sampleText}\n`]);
  });

  test("needs no word for its first command, and takes a first --", async () => {
    expect((await started({}, "-m", "demo", "-q", "talk.wav")).out).toBe(`${sampleText}\n`);
    const behind = await started({ BUN_ASR_MODEL: "demo" }, "--", "talk.wav");
    expect(behind.out).toBe(`${sampleText}\n`);
  });

  test("serves, and its services start it", async () => {
    const unit = await started({}, "serve", "-m", "demo", "--print-unit", "systemd");
    expect(unit.out).toContain(`ExecStart="${program}" "serve"`);
    expect(unit.out).not.toContain("BUN=");
    const server = project.start([program, "serve", "-m", "demo", "--port", "0"]);
    try {
      let said = "";
      for await (const text of server.stdout.pipeThrough(new TextDecoderStream())) {
        said += text;
        if (said.includes("\n")) break;
      }
      const address = /http:\S+/.exec(said)?.[0] ?? "";
      const body = new FormData();
      body.set("file", Bun.file(demoSample));
      const url = new URL("/v1/audio/transcriptions", address);
      expect(await (await fetch(url, { method: "POST", body })).json()).toMatchObject({
        text: sampleText,
      });
      expect(await (await fetch(address)).text()).toContain("<!doctype html>");
    } finally {
      server.kill();
      await server.exited;
    }
  });

  test("takes nothing from the folder where the user stands", async () => {
    project.write(".env", "BUN_ASR_LIBRARY=/nonexistent\n");
    project.write("bunfig.toml", 'preload = ["./evil.ts"]\n');
    project.write("evil.ts", 'console.log("evil");\n');
    const foreign = join("node_modules", platformPackage);
    project.write(join(foreign, "package.json"), JSON.stringify({ name: platformPackage }));
    project.write(join(foreign, "libBunASR.so"), "no library");
    expect((await started({}, ...transcribe, "talk.wav")).out).toBe(`${sampleText}\n`);
  });

  test("mends what of it was damaged in the cache", async () => {
    const cache = join(work, "cache");
    const variables = { XDG_CACHE_HOME: cache };
    await started(variables, ...transcribe, "talk.wav");
    const own = join(cache, "bun-asr");
    for (const folder of readdirSync(own))
      for (const name of readdirSync(join(own, folder))) truncateSync(join(own, folder, name), 9);
    const { out, notes } = await started(variables, ...transcribe, "talk.wav");
    expect([out, notes]).toEqual([`${sampleText}\n`, ""]);
  });

  test("works from a folder for temporary files where the cache takes nothing", async () => {
    const temporary = join(work, "temporary");
    mkdirSync(temporary);
    const variables = { XDG_CACHE_HOME: "/proc/none", TMPDIR: temporary };
    expect((await started(variables, ...transcribe, "talk.wav")).out).toBe(`${sampleText}\n`);
    expect(readdirSync(join(temporary, `bun-asr-${process.getuid!()}`)).length).toBe(2);
  });

  test("says where to point it where no place takes anything", async () => {
    const variables = { XDG_CACHE_HOME: "/proc/none", TMPDIR: "/proc/none" };
    const { status, out, notes } = await started(variables, ...transcribe, "talk.wav");
    expect([status, out]).toEqual([4, ""]);
    expect(notes).toMatch(/^error: bun-asr cannot unpack itself: \/proc\/none\/bun-asr: .*\n$/);
    expect(notes).toContain("; set BUN_ASR_CACHE to a folder of yours");
  });

  test("is the same, wherever the packages lie", async () => {
    const moved = join(work, "moved é");
    await run(["cp", "-r", join(modules, ".."), moved]);
    await compileBinary(join(moved, "node_modules/bun-asr"), join(work, "again"));
    const same = Buffer.compare(readFileSync(join(work, "again")), readFileSync(program));
    expect(same).toBe(0);
  });
});

describe("somebody's own program", () => {
  const script = `
    import { Asr, transcribe } from "bun-asr";
    import { serve } from "bun-asr/server";
    const { text } = await transcribe(process.argv[2]!, { model: "demo" });
    console.log(text);
    await using asr = await Asr.load("demo");
    console.log((await asr.transcribe(process.argv[2]!)).segments.length);
    await using server = serve({ models: ["demo"], port: 0 });
    console.log((await fetch(new URL("/v1/models", server.url))).status);
  `;
  const expected = `${sampleText}\n2\n200\n`;
  let own: Project;
  beforeAll(() => {
    own = new Project(join(work, "own"), { home: join(work, "home") });
    own.write("app.ts", script);
    symlinkSync(modules, join(own.folder, "node_modules"));
  });

  test("is compiled without a word about bun-asr, and runs elsewhere", async () => {
    const elsewhere = new Project(join(work, "elsewhere"), { home: join(work, "other home") });
    const app = join(elsewhere.folder, "app");
    await own.bun(["build", "--compile", "app.ts", "--outfile", app]);
    const { status, out, notes } = await elsewhere.run([app, demoSample]);
    expect([status, out, notes]).toEqual([0, expected, ""]);
  });

  test("is bundled, and runs where its packages are", async () => {
    await own.bun(["build", "--target=bun", "app.ts", "--outdir", "out"]);
    expect(await own.bun(["out/app.js", demoSample])).toBe(expected);
  });

  test("that was compiled without the native library says what to add", async () => {
    const bare = new Project(join(work, "bare"), { home: join(work, "home") });
    bare.write("app.ts", script);
    mkdirSync(join(bare.folder, "node_modules"));
    await run(["cp", "-r", main, join(bare.folder, "node_modules")]);
    await bare.bun(["build", "--compile", "app.ts", "--outfile", "app"]);
    const { status, notes } = await bare.run([join(bare.folder, "app"), demoSample]);
    expect(status).not.toBe(0);
    expect(notes).toContain(`this program was made without ${platformPackage}`);
  });
});

test("pip puts the program where scripts are", async () => {
  const wheel = await makeWheel(work, { binary: program, platform, version });
  const target = join(work, "site");
  const pip = [await python("a test"), "-m", "pip", "--disable-pip-version-check"];
  await run([...pip, "install", "--quiet", "--no-index", "--target", target, wheel]);
  const { out } = await project.run([join(target, "bin/bun-asr"), ...transcribe, "talk.wav"]);
  expect(out).toBe(`${sampleText}\n`);
  expect(readdirSync(target).sort()).toEqual(["bin", "bun_asr-0.0.1.dist-info"]);
  if (process.platform !== "linux") return;
  // What its page says.
  expect(wheel).toContain("manylinux_2_35_");
  expect(readFileSync(join(main, "README.md"), "utf8")).toContain("glibc 2.35 or later");
});

test("the licences beside the program are those of all that is in it", () => {
  const text = licensesText(platform);
  for (const { name, content } of licensesIn(platform)) {
    expect(text).toContain(`# ${name}\n`);
    expect(text).toContain(content.toString().trimEnd());
  }
  const named = licensesIn(platform).map(({ name }) => name);
  expect(named).toContain("NOTICE");
  expect(named).toContain("bun-LICENSE.txt");
});
