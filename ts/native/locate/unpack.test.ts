import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../../testing/expect-error.ts";
import type { BundledFile } from "./bundled.ts";
import { cachePlaces } from "./cache-places.ts";
import { unpacked } from "./unpack.ts";

let work = "";
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "bun-asr-unpack-"));
});
afterAll(() => rmSync(work, { recursive: true }));

/** Files with these contents, as a bundler names them. */
function carry(contents: Readonly<Record<string, string>>): Record<string, BundledFile> {
  const folder = mkdtempSync(join(work, "carried-"));
  const entries = Object.entries(contents).map(([name, content], index) => {
    const path = join(folder, `${index}-hash.bin`);
    writeFileSync(path, content);
    const sha256 = new Bun.CryptoHasher("sha256").update(content).digest("hex");
    return [name, { path, bytes: content.length, sha256 }] as const;
  });
  return Object.fromEntries(entries);
}

const contents = { "lib.so": "the library", "beside.so.3": "what it loads" };

function contentsOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

const inodes = (folder: string) =>
  Object.keys(contents).map((name) => statSync(join(folder, name)).ino);

describe("files of a program", () => {
  test("are unpacked together once, for nobody else", () => {
    const place = join(work, "new/cache");
    const files = carry(contents);
    const folder = unpacked(files, [place]);
    expect(contentsOf(folder)).toEqual(contents);
    expect(statSync(place).mode & 0o777).toBe(0o700);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, "lib.so")).mode & 0o777).toBe(0o700);
    const before = inodes(folder);
    expect(unpacked(files, [place])).toBe(folder);
    expect(inodes(folder)).toEqual(before);
    expect(readdirSync(place).length).toBe(1);
  });

  test("of another version lie beside them", () => {
    const place = join(work, "versions");
    const folder = unpacked(carry(contents), [place]);
    const other = unpacked(carry({ ...contents, "lib.so": "the next library" }), [place]);
    expect(other).not.toBe(folder);
    expect(contentsOf(folder)).toEqual(contents);
  });

  const damage: [string, (path: string) => void][] = [
    ["cut short", (path) => truncateSync(path, 3)],
    ["written to", (path) => writeFileSync(path, "the librarY")],
    ["removed", (path) => rmSync(path)],
    [
      "a link to elsewhere",
      (path) => {
        rmSync(path);
        symlinkSync("/etc/passwd", path);
      },
    ],
  ];
  test.each(damage)("that were %s are replaced, and the others stay", (_, spoil) => {
    const place = mkdtempSync(join(work, "damaged-"));
    const files = carry(contents);
    const folder = unpacked(files, [place]);
    const kept = statSync(join(folder, "beside.so.3")).ino;
    spoil(join(folder, "lib.so"));
    expect(unpacked(files, [place])).toBe(folder);
    expect(contentsOf(folder)).toEqual(contents);
    expect(statSync(join(folder, "beside.so.3")).ino).toBe(kept);
    expect(readdirSync(place).length).toBe(1);
  });

  test("that a bundler left side by side under their names are used there", () => {
    const folder = mkdtempSync(join(work, "package-"));
    const files = carry(contents);
    for (const name of Object.keys(contents)) files[name]!.path = join(folder, name);
    expect(unpacked(files, ["/nonexistent"])).toBe(folder);
  });

  test("of a program that is damaged are not unpacked", async () => {
    const place = mkdtempSync(join(work, "program-"));
    const files = carry(contents);
    writeFileSync(files["lib.so"]!.path, "the librarY");
    await expectAsrError(() => unpacked(files, [place]), "native", "the program is damaged");
    expect(readdirSync(place)).toEqual([]);
  });

  test("go to the next place where one does not take them", async () => {
    const file = join(work, "file");
    writeFileSync(file, "");
    const open = mkdtempSync(join(work, "open-"));
    chmodSync(open, 0o777);
    const link = join(work, "link");
    symlinkSync(open, link);
    const place = join(work, "good");
    const files = carry(contents);
    const folder = unpacked(files, [join(file, "below"), open, link, place]);
    expect(folder).toStartWith(place);
    expect(readdirSync(open)).toEqual([]);
    await expectAsrError(
      () => unpacked(files, [join(file, "below"), open]),
      "native",
      `${join(file, "below")}: ENOTDIR`,
      `${open}: others may write to it`,
      "set BUN_ASR_CACHE to a folder of yours",
    );
  });

  test("that were not used for months are removed by another version", () => {
    const place = join(work, "old");
    const folder = unpacked(carry(contents), [place]);
    const other = join(place, "papers");
    mkdirSync(other);
    const long = new Date(Date.now() - 61 * 86_400_000);
    for (const path of [folder, other]) utimesSync(path, long, long);
    unpacked(carry({ "lib.so": "the next library" }), [place]);
    expect([existsSync(folder), existsSync(other)]).toEqual([false, true]);
  });
});

test("eight processes at once unpack the same, and leave nothing else", async () => {
  const place = join(work, "together");
  const files = carry({ ...contents, "large.so": "x".repeat(2_000_000) });
  const script = `
    const { unpacked } = await import(${JSON.stringify(join(import.meta.dir, "unpack.ts"))});
    console.log(unpacked(${JSON.stringify(files)}, [${JSON.stringify(place)}]));
  `;
  const outputs = Array.from({ length: 8 }, () => {
    const options = { stdout: "pipe", stderr: "inherit" } as const;
    return Bun.spawn([process.execPath, "-e", script], options).stdout.text();
  });
  const folders = new Set(await Promise.all(outputs));
  expect(folders.size).toBe(1);
  const [folder = ""] = folders;
  expect(readdirSync(folder.trim()).sort()).toEqual(["beside.so.3", "large.so", "lib.so"]);
  expect(readdirSync(place).length).toBe(1);
}, 60_000);

test("a variable names the one place, else it is a cache, else what is temporary", () => {
  expect(cachePlaces({ BUN_ASR_CACHE: "/here", HOME: "/home/ada" })).toEqual(["/here"]);
  const temporary = join(tmpdir(), `bun-asr-${process.getuid!()}`);
  expect(cachePlaces({ HOME: "/home/ada" })).toEqual(["/home/ada/.cache/bun-asr", temporary]);
  const named = { HOME: "/home/ada", XDG_CACHE_HOME: "/caches" };
  expect(cachePlaces(named)).toEqual(["/caches/bun-asr", temporary]);
});
