import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../../testing/expect-error.ts";
import { keepElsewhere, prepareFolder, writeOutput } from "./write.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-write-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (name: string) => readFileSync(join(folder, name), "utf8");

test("a new file has the mode that the user's mask leaves, and nothing else is left", async () => {
  const mask = process.umask(0o027);
  try {
    await writeOutput(join(folder, "a.txt"), "hello\n", false);
  } finally {
    process.umask(mask);
  }
  expect(read("a.txt")).toBe("hello\n");
  expect(statSync(join(folder, "a.txt")).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

test("a file that appeared meanwhile is left alone, unless it may be replaced", async () => {
  const path = join(folder, "a.txt");
  writeFileSync(path, "old");
  await expectAsrError(() => writeOutput(path, "new", false), "output", path, "exists already");
  expect([read("a.txt"), readdirSync(folder)]).toEqual(["old", ["a.txt"]]);
  await writeOutput(path, "new", true);
  expect([read("a.txt"), readdirSync(folder)]).toEqual(["new", ["a.txt"]]);
});

test("of many that write one new file, one does", async () => {
  const path = join(folder, "a.txt");
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => writeOutput(path, `${index}`.repeat(1000), false)),
  );
  const winners = outcomes.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
  expect(winners.length).toBe(1);
  expect(read("a.txt")).toBe(`${winners[0]}`.repeat(1000));
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

test("a link to a file stays one; a device is written to", async () => {
  writeFileSync(join(folder, "real.txt"), "old");
  symlinkSync(join(folder, "real.txt"), join(folder, "link.txt"));
  await writeOutput(join(folder, "link.txt"), "new", true);
  expect(read("real.txt")).toBe("new");
  expect(lstatSync(join(folder, "link.txt")).isSymbolicLink()).toBe(true);
  await writeOutput("/dev/null", "gone", false);
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});

test("folders are made; what stands in the way is told", async () => {
  await prepareFolder(join(folder, "a/b"));
  await prepareFolder(join(folder, "a/b"));
  expect(statSync(join(folder, "a/b")).isDirectory()).toBe(true);
  writeFileSync(join(folder, "file"), "");
  for (const name of ["file", "file/under"]) {
    await expectAsrError(() => prepareFolder(join(folder, name)), "output", name, "--output-dir");
  }
});

test("a full disk, a folder gone, a name too long: each says why", async () => {
  await expectAsrError(() => writeOutput("/dev/full", "text", true), "output", "the disk is full");
  const gone = join(folder, "gone/a.txt");
  await expectAsrError(() => writeOutput(gone, "text", true), "output", gone, "no such folder");
  const long = join(folder, `${"x".repeat(300)}.txt`);
  await expectAsrError(() => writeOutput(long, "text", true), "output", "the name is too long");
});

test("a folder that may not be written to", async () => {
  const locked = join(folder, "locked");
  mkdirSync(locked, { mode: 0o555 });
  chmodSync(folder, 0o755);
  const root = process.getuid?.() === 0;
  // Nothing is forbidden to root.
  if (root) process.seteuid?.(65_534);
  try {
    const inside = join(locked, "a");
    await expectAsrError(() => prepareFolder(inside), "output", inside, "no permission");
    await expectAsrError(
      () => writeOutput(inside, "text", false),
      "output",
      inside,
      "no permission",
    );
  } finally {
    if (root) process.seteuid?.(0);
  }
});

test("what cannot be written is kept where only its owner reads", async () => {
  const path = await keepElsewhere("out/talk.srt", "text");
  expect(path).toEndWith("/talk.srt");
  expect(readFileSync(path!, "utf8")).toBe("text");
  expect(statSync(join(path!, "..")).mode & 0o777).toBe(0o700);
  rmSync(join(path!, ".."), { recursive: true });
});

test("where it can be kept nowhere, nothing of it stays", async () => {
  const usual = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    // No file can have such a name.
    expect(await keepElsewhere("out/a\0b.srt", "text")).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    if (usual === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = usual;
  }
});

test("a name of full length is written, and one that is too long is kept cut", async () => {
  const name = `${"ü".repeat(125)}x.txt`;
  await writeOutput(join(folder, name), "text", false);
  await writeOutput(join(folder, name), "newer", true);
  expect([readdirSync(folder), read(name)]).toEqual([[name], "newer"]);
  const path = await keepElsewhere(`out/${"ü".repeat(200)}.srt`, "kept");
  expect(readFileSync(path!, "utf8")).toBe("kept");
  expect(path).toMatch(/\/ü{125}\.srt$/);
  rmSync(join(path!, ".."), { recursive: true });
});

describe("what is half-written", () => {
  const script = (last: string) => `
    import { writeOutput } from "./write.ts";
    void writeOutput("${folder}/a.txt", "x".repeat(1 << 26), false);
    const { readdirSync } = require("node:fs");
    while (readdirSync("${folder}").length === 0) await Bun.sleep(1);
    ${last}`;
  const run = (last: string) => {
    const command = [process.execPath, "-e", script(last)];
    return Bun.spawnSync(command, { cwd: import.meta.dir });
  };

  test("is removed when the process exits", () => {
    expect(run("process.exit(7)").exitCode).toBe(7);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is removed by the next process where one was killed, and nothing else", async () => {
    run('process.kill(process.pid, "SIGKILL")');
    const [left = "", ...more] = readdirSync(folder);
    expect([left, more]).toEqual([expect.stringMatching(/^\.bun-asr-\w+-\d+-\w{6}$/), []]);
    const living = left.replace(/-\d+-/, `-${process.ppid}-`);
    const elsewhere = left.replace(/^\.bun-asr-\w+/, ".bun-asr-elsewhere");
    const others = [living, elsewhere, ".hidden", "bun-asr-x-1-abcdef"].sort();
    for (const name of others) writeFileSync(join(folder, name), "");
    await prepareFolder(folder);
    expect(readdirSync(folder).sort()).toEqual(others);
  });
});
