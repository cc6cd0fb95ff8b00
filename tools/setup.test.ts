import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "./folders.ts";
import { withLock } from "./lock.ts";

setDefaultTimeout(60_000);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-setup-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the lock", () => {
  test("lets one in at a time, and says that it waits", async () => {
    const path = join(folder, "lock");
    let [inside, max, waited] = [0, 0, 0];
    const work = () =>
      withLock(
        path,
        () => waited++,
        async () => {
          max = Math.max(max, ++inside);
          await Bun.sleep(20);
          inside--;
        },
      );
    await Promise.all([work(), work(), work()]);
    expect([max, waited]).toEqual([1, 2]);
  });

  test("goes with the process that held it", async () => {
    const path = join(folder, "killed");
    const script =
      `import { withLock } from "${join(import.meta.dir, "lock.ts")}";` +
      `await withLock("${path}", () => {}, async () => {` +
      `  console.log("held"); await Bun.sleep(60_000);` +
      `});`;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
    for await (const _ of child.stdout) break;
    let waits = 0;
    const entered = withLock(
      path,
      () => waits++,
      async () => true,
    );
    await Bun.sleep(50);
    expect(waits).toBe(1);
    child.kill("SIGKILL");
    expect(await entered).toBe(true);
  });
});

describe("bunw", () => {
  const shell = (name: string) => Bun.which(name) ?? name;

  /** Runs a copy of bunw with only these programs on PATH. */
  async function bunw(programs: string[], environment: Record<string, string> = {}, cwd = root) {
    const home = mkdtempSync(join(folder, "bunw-"));
    const bin = join(home, "bin");
    mkdirSync(bin);
    copyFileSync(join(root, "bunw"), join(home, "bunw"));
    for (const name of [...programs, "dirname", "mkdir", "mktemp", "rm", "cat", "ln"]) {
      writeFileSync(join(bin, name), `#!/bin/sh\nexec ${shell(name)} "$@"\n`);
      chmodSync(join(bin, name), 0o755);
    }
    const child = Bun.spawn(["/bin/sh", join(home, "bunw"), "--version"], {
      cwd,
      env: { PATH: bin, ...environment },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { status: await child.exited, out: out.trim(), notes: notes.trim() };
  }

  test("takes Bun from $BUN, whatever its file is called", async () => {
    const other = join(folder, "bun-of-mine");
    writeFileSync(other, `#!/bin/sh\nexec ${process.execPath} "$@"\n`);
    chmodSync(other, 0o755);
    expect(await bunw([], { BUN: other })).toEqual({ status: 0, out: Bun.version, notes: "" });
  });

  test("refuses a $BUN that is too old or absent", async () => {
    const old = join(folder, "old-bun");
    writeFileSync(old, "#!/bin/sh\necho 1.3.14\n");
    chmodSync(old, 0o755);
    for (const path of [old, "/nonexistent/bun"]) {
      const { status, notes } = await bunw([], { BUN: path });
      expect([status, notes]).toEqual([4, `error: BUN=${path} is not Bun 1.4 or later`]);
    }
  });

  test("asks Python in a folder of its own, not where the user stands", async () => {
    const spy = join(folder, "python-spy");
    writeFileSync(spy, `#!/bin/sh\npwd >'${folder}/stood'\nexit 1\n`);
    chmodSync(spy, 0o755);
    const { status } = await bunw([], { PYTHON: "./python-spy" }, folder);
    const stood = readFileSync(join(folder, "stood"), "utf8").trim();
    expect([status, dirname(realpathSync(stood))]).toEqual([4, realpathSync(folder)]);
    const script = `await (await import("${import.meta.dir}/toolchain.ts")).python("x")`;
    const env = { ...process.env, PYTHON: "./python-spy" };
    Bun.spawnSync([process.execPath, "-e", script], { cwd: folder, env });
    expect(readFileSync(join(folder, "stood"), "utf8")).toBe(`${root}\n`);
  });

  test("names what is missing to fetch it", async () => {
    const { status, out, notes } = await bunw([]);
    expect([status, out]).toEqual([4, ""]);
    expect(notes).toContain("apt install python3 python3-pip");
    expect(notes.split("\n").length).toBe(1);
  });
});
