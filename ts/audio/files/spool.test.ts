import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../../testing/expect-error.ts";
import type { DiskSpace } from "./disk-space.ts";
import { writeSpool } from "./spool.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-spool-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const mebibyte = new Uint8Array(1 << 20);

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield mebibyte;
}

/** Runs a script with `folder` for its temporary files. */
async function run(script: string, command = [process.execPath, "-e", script], at = folder) {
  const env = { ...process.env, TMPDIR: at };
  const child = Bun.spawn(command, { cwd: import.meta.dir, env, stdout: "pipe", stderr: "pipe" });
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { out, error, status: await child.exited, signal: child.signalCode };
}

const script = (last: string) => `
  import { openAudio } from "../open.ts";
  import { pcm16Wav, tone } from "../../testing/wav-writer.ts";
  await openAudio(pcm16Wav(tone(1)));
  ${last}`;

describe("a disk without room", () => {
  test("ends a stream that does not end, while something is left to others", async () => {
    let free = 5 * 2 ** 30;
    const spaceOf = async (): Promise<DiskSpace> => {
      free -= 2 ** 30;
      return { free, total: 100 * 2 ** 30 };
    };
    const path = join(folder, "endless");
    const write = () => writeSpool(endless(), path, "x", spaceOf);
    await expectAsrError(write, "input", "x: there is no room for it", tmpdir(), "TMPDIR");
    expect(Bun.file(path).size).toBeLessThanOrEqual(4 << 24);
  });

  test("takes what fits, even if it is small", async () => {
    const spaceOf = async () => ({ free: 1_900_000, total: 2_000_000 });
    const path = join(folder, "small");
    const parts = async function* () {
      yield new Uint8Array(1000).fill(7);
      yield new Uint8Array(10).fill(8);
    };
    await writeSpool(parts(), path, "x", spaceOf);
    expect(await Bun.file(path).bytes()).toEqual(
      new Uint8Array(1010).fill(7, 0, 1000).fill(8, 1000),
    );
  });

  test("that does not tell how much is left is written to", async () => {
    const path = join(folder, "silent");
    await writeSpool(new Blob([mebibyte]).stream(), path, "x", async () => undefined);
    expect(Bun.file(path).size).toBe(1 << 20);
  });

  const mounted = `mount -t tmpfs -o size=2m tmpfs "${tmpdir()}" && exec "$@"`;
  const inside = (inner: string) => [
    "unshare",
    "-rm",
    "sh",
    "-c",
    mounted,
    "sh",
    process.execPath,
    "-e",
    inner,
  ];
  const canMount = process.platform === "linux" && Bun.spawnSync(inside("")).success;
  test.skipIf(!canMount)("fails the one call that meets it, and leaves nothing", async () => {
    const inner = `
      import { readdirSync } from "node:fs";
      import { loadAudio } from "../open.ts";
      import { pcm16Wav, tone } from "../../testing/wav-writer.ts";
      const small = () => new Blob([pcm16Wav(tone(1))]).stream();
      const large = new Blob([pcm16Wav(tone(260))]).stream();
      const ends = await Promise.allSettled([small(), large, small()].map(loadAudio));
      console.log(ends.map(({ value, reason }) => value?.duration ?? reason.message).join("|"));
      const left = readdirSync("${tmpdir()}").filter((name) => name.startsWith("bun-asr"));
      console.log(left.length);`;
    const { out, status } = await run("", inside(inner), tmpdir());
    expect(out).toMatch(/^1\|audio stream: there is no room for it in .*\|1\n0\n$/);
    expect(status).toBe(0);
  });
});

test("a folder for temporary files that is not there is named", async () => {
  const { out } = await run(
    `import { loadAudio } from "../open.ts";
     loadAudio(new Uint8Array(9)).catch(({ oneLine }) => console.log(oneLine));`,
    undefined,
    join(folder, "none"),
  );
  expect(out).toMatch(/^audio bytes: no temporary folder can be made in .*none.*; set TMPDIR/);
});

describe("what is not read to its end", () => {
  const left = () => readdirSync(folder).filter((name) => /-\w{6}$/.test(name));

  test("is removed when the process exits", async () => {
    expect((await run(script("process.exit(3)"))).status).toBe(3);
    expect(left()).toEqual([]);
  });

  test("is removed by the next process where one was killed, and nothing else", async () => {
    const { signal } = await run(script(`process.kill(process.pid, "SIGKILL");`));
    expect(signal).toBe("SIGKILL");
    const [dead = ""] = left();
    expect(left()).toHaveLength(1);
    // Of a process that lives, and of another machine.
    const mine = dead.replace(/-\d+-/, `-${process.pid}-`);
    const foreign = dead.replace(/^bun-asr-\w+-/, "bun-asr-elsewhere-");
    for (const name of [mine, foreign]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, mine, "audio"), "");
    expect((await run(script("process.exit(0)"))).status).toBe(0);
    expect(left().sort()).toEqual([mine, foreign].sort());
  });
});
