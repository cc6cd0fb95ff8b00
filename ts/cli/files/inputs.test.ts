import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expectAsrError } from "../../testing/expect-error.ts";
import { findInputs, listedPaths } from "./inputs.ts";

let folder = "";
const inFolder = (...names: string[]) => names.map((name) => join(folder, name));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-inputs-"));
  const names = [
    "take 10.wav",
    "take 2.MP3",
    "notes.txt",
    ".hidden.wav",
    "odd\nname.wav",
    "[a].ogg",
  ];
  for (const name of [...names, "sub/b.mkv", "sub/deep/a.flac", "empty/readme.md"]) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
  }
  symlinkSync(folder, join(folder, "sub/back"));
  symlinkSync(join(folder, "take 10.wav"), join(folder, "sub/link.wav"));
  symlinkSync("/nonexistent", join(folder, "sub/dangling.wav"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("files keep the name that they were given", async () => {
  const paths = inFolder("take 10.wav", "notes.txt", "odd\nname.wav");
  const inputs = await findInputs([...paths, "-", "--odd.wav"]);
  expect(inputs.map(({ path }) => path)).toEqual([...paths, "-", "--odd.wav"]);
  expect(inputs.map(({ relative }) => relative)).toEqual([
    "take 10.wav",
    "notes.txt",
    "odd\nname.wav",
    "-",
    "--odd.wav",
  ]);
});

test("a folder is its audio and video files, counted as people count", async () => {
  const inputs = await findInputs([folder]);
  expect(inputs.map(({ relative }) => relative)).toEqual([
    "[a].ogg",
    "odd\nname.wav",
    "take 2.MP3",
    "take 10.wav",
  ]);
});

test("folders in folders keep their tree, and links back are not followed", async () => {
  const inputs = await findInputs([folder], { recursive: true });
  expect(inputs.map(({ relative }) => relative)).toEqual([
    ...["[a].ogg", "odd\nname.wav", "sub/deep/a.flac", "sub/b.mkv", "sub/link.wav"].sort(
      new Intl.Collator("en", { numeric: true }).compare,
    ),
    "take 2.MP3",
    "take 10.wav",
  ]);
  expect(inputs.every(({ path, relative }) => path === join(folder, relative))).toBe(true);
});

test("patterns, but a file of that very name comes first", async () => {
  const found = await findInputs(inFolder("take*", "*.txt", "[a].ogg", "sub/**/*.flac"));
  expect(found.map(({ path }) => path)).toEqual(
    inFolder("take 2.MP3", "take 10.wav", "notes.txt", "[a].ogg", "sub/deep/a.flac"),
  );
  expect(found.at(-1)!.relative).toBe("a.flac");
});

test("what cannot be found is told, and the others stay", async () => {
  const names = [...inFolder("none.wav", "*.aiff", "empty"), "https://x.org/a.mp3", "", folder];
  const inputs = await findInputs(names);
  expect(inputs.slice(0, 5).map(({ problem }) => problem?.oneLine)).toEqual([
    `${join(folder, "none.wav")}: no such file; check the path`,
    `${join(folder, "*.aiff")}: no file matches; check the path`,
    `${join(folder, "empty")}: no audio or video file in this folder; ` +
      "--recursive looks into its folders too",
    "https://x.org/a.mp3: is not a file; " +
      "download it first, as in: curl -L URL | ./bunw run transcribe -",
    "an input has no name",
  ]);
  expect(inputs.slice(5).every(({ problem }) => problem === undefined)).toBe(true);
});

test("a list of files: lines, or NULs for names with line ends", async () => {
  expect(listedPaths("a b.wav\r\n\n -c.wav\n")).toEqual(["a b.wav", " -c.wav"]);
  expect(listedPaths("a\nb.wav\0c.wav\0")).toEqual(["a\nb.wav", "c.wav"]);
  const list = join(folder, "list");
  writeFileSync(list, inFolder("take 2.MP3", "none.wav").join("\n"));
  const inputs = await findInputs(inFolder("take 10.wav"), { filesFrom: list });
  expect(inputs.map(({ path }) => path)).toEqual(inFolder("take 10.wav", "take 2.MP3", "none.wav"));
  writeFileSync(list, `\ufeff${inFolder("take 2.MP3", "none.wav").join("\r\n")}`, "utf16le");
  expect(await findInputs([], { filesFrom: list })).toEqual(inputs.slice(1));
  const readStandardInput = async () => inFolder("take 2.MP3").join("\n");
  const piped = await findInputs([], { filesFrom: "-", readStandardInput });
  expect(piped.map(({ path }) => path)).toEqual(inFolder("take 2.MP3"));
});

test("a bad list, and standard input asked for twice", async () => {
  const bad = { filesFrom: "/nonexistent" };
  await expectAsrError(() => findInputs([], bad), "input", "--files-from /nonexistent", "cannot");
  await expectAsrError(() => findInputs(["-", "-"]), "usage", "given twice");
  await expectAsrError(() => findInputs(["-"], { filesFrom: "-" }), "usage", "given twice");
});
