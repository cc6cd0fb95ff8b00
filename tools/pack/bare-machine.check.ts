import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import packageFile from "../../package.json";
import { demoSample } from "../../ts/native/locate.ts";
import { toStderr } from "../setup.ts";
import { compileBinary } from "./binary.ts";
import { neededGlibc } from "./glibc.ts";
import { makePackages, stagePackages } from "./packages.ts";
import { run } from "./run.ts";
import { BareMachine, type Ended, requireBareMachines } from "./testing/bare-machine.ts";
import { Project } from "./testing/project.ts";
import { makeWheel } from "./wheel.ts";

// Packing, compiling, and the first time a Debian.
setDefaultTimeout(1_200_000);

const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();
const expected = [0, `${sampleText}\n`, ""];
const transcribe = "/mnt/bun-asr transcribe -m demo -q /mnt/talk.wav";

describe.skipIf(process.platform !== "linux")("on a bare Debian 12 without a network", () => {
  let work = "";
  let shared = "";
  let platform = "";
  let wheel = "";
  let machine: BareMachine;
  beforeAll(async () => {
    requireBareMachines();
    work = mkdtempSync(join(tmpdir(), "bun-asr-bare-"));
    shared = join(work, "shared");
    mkdirSync(shared);
    copyFileSync(demoSample, join(shared, "talk.wav"));
    const made = await stagePackages(join(work, "own/node_modules"), packageFile.version, () => {});
    const binary = join(shared, "bun-asr");
    platform = made[1];
    await compileBinary(made[0], binary);
    wheel = await makeWheel(shared, { binary, platform, version: packageFile.version });
    machine = await BareMachine.make(shared);
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  const outcome = ({ status, out, notes }: Ended) => [status, out, notes];

  test("there is nothing that the program could lean on", async () => {
    const names = "bun node swift python3 cc gcc clang ld ffmpeg ip";
    const { out } = await machine.run(`for name in ${names}; do command -v $name; done; true`);
    expect(out).toBe("");
  });

  test("the program writes what is said, for root and for others", async () => {
    expect(outcome(await machine.run(transcribe))).toEqual(expected);
    expect(outcome(await machine.run(transcribe, { user: 1000 }))).toEqual(expected);
    const { out } = await machine.run("/mnt/bun-asr transcribe -m demo -q -f srt /mnt/talk.wav");
    expect(out).toStartWith("1\n00:00:00,");
  });

  test("its doctor misses nothing but ffmpeg", async () => {
    const { out } = await machine.run("/mnt/bun-asr doctor --json");
    expect(JSON.parse(out)).toMatchObject({
      problems: [{ message: expect.stringContaining("needs ffmpeg") }],
      selfTest: { text: sampleText },
      places: { library: { source: "program" } },
    });
  });

  test("two starts at once unpack the same", async () => {
    const both = `${transcribe} & ${transcribe}; wait; ls /home/.cache/bun-asr | wc -l`;
    expect(outcome(await machine.run(both))).toEqual([0, `${sampleText}\n${sampleText}\n2\n`, ""]);
  });

  const readOnly = "mount -o remount,ro $ROOT/home";
  const noexec = "mount -o remount,noexec $ROOT/home";
  test.each([
    ["that cannot be written", readOnly],
    ["from which nothing may be run", noexec],
  ])("a home %s is no hindrance", async (_, mounts) => {
    const ended = await machine.run(`${transcribe}; ls -d /tmp/bun-asr-1000`, {
      mounts,
      user: 1000,
    });
    expect(outcome(ended)).toEqual([0, `${sampleText}\n/tmp/bun-asr-1000\n`, ""]);
  });

  test("where nothing may be run from anywhere, it says what to set, and that works", async () => {
    const mounts = `${noexec}; mount -o remount,noexec $ROOT/tmp`;
    const refused = await machine.run(transcribe, { mounts });
    expect([refused.status, refused.out]).toEqual([4, ""]);
    expect(refused.notes).toMatch(/^error: bun-asr cannot unpack itself: .*EACCES.*\n$/);
    expect(refused.notes).toContain("set BUN_ASR_CACHE to a folder of yours");
    const other = `${mounts}; mount -t tmpfs none $ROOT/srv`;
    const named = await machine.run(`BUN_ASR_CACHE=/srv/parts ${transcribe}`, { mounts: other });
    expect(outcome(named)).toEqual(expected);
  });

  test("somebody's own compiled program runs", async () => {
    const own = new Project(join(work, "own"), { home: join(work, "home") });
    own.write(
      "app.ts",
      `import { transcribe } from "bun-asr";
       console.log((await transcribe("/mnt/talk.wav", { model: "demo" })).text);`,
    );
    await own.bun(["build", "--compile", "./app.ts", "--outfile", join(shared, "app")]);
    expect(outcome(await machine.run("/mnt/app"))).toEqual(expected);
  });

  test("the packages are added to a project, where there is Bun", async () => {
    const packages = await makePackages({ into: join(shared, "packages"), report() {} });
    copyFileSync(process.execPath, join(shared, "bun"));
    const files = packages.map(({ path }) => `/mnt/packages/${path.split("/").at(-1)}`).join(" ");
    const { status, out } = await machine.run(`
      set -e
      mkdir /home/bin /home/project
      ln -s /mnt/bun /home/bin/bun
      export PATH=/home/bin:$PATH
      cd /home/project
      echo '{"private":true}' > package.json
      bun add ${files} > /tmp/log 2>&1 || { cat /tmp/log; exit 1; }
      node_modules/.bin/bun-asr transcribe -m demo -q /mnt/talk.wav`);
    expect([status, out]).toEqual([0, `${sampleText}\n`]);
  });

  test("pip installs the wheel, where there is Python", async () => {
    const python = await BareMachine.make(shared, ["python3-venv"]);
    const ended = await python.run(`
      set -e
      python3 -m venv /home/venv
      /home/venv/bin/pip -q --disable-pip-version-check install --no-index \
        /mnt/${wheel.split("/").at(-1)}
      /home/venv/bin/bun-asr transcribe -m demo -q /mnt/talk.wav`);
    expect(outcome(ended)).toEqual(expected);
  });

  test("a start takes 150 ms at most, but the first", async () => {
    const first = await machine.run(transcribe);
    const cache = join(work, "cache");
    mkdirSync(cache);
    const mounts = `mount --bind ${cache} $ROOT/home`;
    const runs = async (script: string) => {
      const ended: Ended[] = [];
      for (let index = 0; index < 10; index++) ended.push(await machine.run(script, { mounts }));
      return ended.slice(1);
    };
    const starts = await runs("exec /mnt/bun-asr version");
    const whole = await runs(`exec ${transcribe}`);
    const ms = (ended: readonly Ended[]) =>
      Math.min(...ended.map(({ seconds }) => Math.round(seconds * 1000)));
    toStderr(
      `verify: the program tells its version in ${ms(starts)} ms; its first transcript of 5 s ` +
        `takes ${ms([first])} ms, the next ones ${ms(whole)} ms`,
    );
    expect(ms(starts)).toBeLessThanOrEqual(150);
  });

  test("glibc 2.35 and the libstdc++ of GCC 12 have all that is taken from them", async () => {
    const libraries = readdirSync(platform).filter((name) => /\.so(?:\.|$)/.test(name));
    const paths = [join(shared, "bun-asr"), ...libraries.map((name) => join(platform, name))];
    expect(await neededGlibc(paths)).toBe("2.35");
    const noted = await run(["readelf", "--wide", "--version-info", ...paths]);
    const minors = Array.from(noted.matchAll(/\bGLIBCXX_3\.4\.(\d+)\b/g), ([, n]) => Number(n));
    expect(Math.max(...minors)).toBeLessThanOrEqual(30);
  });
});
