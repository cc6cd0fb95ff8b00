import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expectAsrError } from "../../testing/expect-error.ts";
import { findInputs, type Input, listedPaths } from "./inputs.ts";

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
  const all = await findInputs([folder], { recursive: true });
  const inputs = all.filter(({ problem }) => problem === undefined);
  expect(inputs.map(({ relative }) => relative)).toEqual([
    ...["[a].ogg", "odd\nname.wav", "sub/deep/a.flac", "sub/b.mkv", "sub/link.wav"].sort(
      new Intl.Collator("en", { numeric: true }).compare,
    ),
    "take 2.MP3",
    "take 10.wav",
  ]);
  expect(inputs.every(({ path, relative }) => path === join(folder, relative))).toBe(true);
});

test("links to folders are followed once, after all folders", async () => {
  const [tree, outside] = inFolder("tree", "outside");
  for (const path of [`${tree}/b/c`, `${outside}/deep`]) mkdirSync(path, { recursive: true });
  for (const path of [`${tree}/b/c/1.wav`, `${outside}/2.wav`, `${outside}/deep/3.wav`]) {
    writeFileSync(path, "");
  }
  symlinkSync(outside!, `${tree}/b/z out`);
  symlinkSync(`${outside}/deep`, `${tree}/a deep`);
  symlinkSync(`${tree}/b`, `${tree}/a b`);
  symlinkSync(tree!, `${outside}/back`);
  const found = await findInputs([tree!], { recursive: true });
  expect(found.map(({ relative }) => relative)).toEqual([
    "a deep/3.wav",
    "b/c/1.wav",
    "b/z out/2.wav",
  ]);
  // A link that is named is its folder.
  symlinkSync(outside!, join(folder, "named link"));
  const named = await findInputs(inFolder("named link"));
  expect(named.map(({ relative }) => relative)).toEqual(["2.wav"]);
});

test("what looks like a recording and cannot be opened is told", async () => {
  const [odd] = inFolder("unusable");
  mkdirSync(odd!);
  symlinkSync("/gone/x.wav", join(odd!, "1.wav"));
  symlinkSync("/gone/notes", join(odd!, "2.txt"));
  symlinkSync("/gone/talks", join(odd!, "3"));
  symlinkSync("4.wav", join(odd!, "4.wav"));
  symlinkSync("1.wav", join(odd!, "5.wav"));
  Bun.spawnSync(["mkfifo", join(odd!, "6.wav")]);
  const problems = async (names: string[], recursive: boolean) =>
    (await findInputs(names, { recursive })).map(({ problem }) =>
      problem?.oneLine.replaceAll(`${odd}/`, ""),
    );
  const files = [
    "1.wav: is a link to /gone/x.wav, which is not there",
    "4.wav: is a link that leads back to itself",
    "5.wav: is a link to 1.wav, which is not there",
  ];
  const all = [...files, "6.wav: is no file"];
  expect(await problems([odd!], false)).toEqual(all);
  expect(await problems([odd!], true)).toEqual([
    files[0],
    "3: is a link to /gone/talks, which is not there",
    ...all.slice(1),
  ]);
  expect(await problems([`${odd}/[1-5].wav`], false)).toEqual(files);
  expect(await problems([`${odd}/4.wav`, "x".repeat(5000)], false)).toEqual([
    files[1],
    expect.stringMatching(/x+: cannot be read: the name is too long$/),
  ]);
});

// Other systems have no such names.
describe.skipIf(process.platform !== "linux")("names that are not UTF-8", () => {
  const bytes = (...parts: string[]) => Buffer.from(join(folder, "raw", ...parts), "latin1");
  beforeAll(() => {
    mkdirSync(bytes("d\xfc"), { recursive: true });
    for (const name of ["caf\xe9.wav", "caf\xe8.wav", "x\xff.mp3", "a.wav"]) {
      writeFileSync(bytes(name), "");
    }
    writeFileSync(bytes("d\xfc", "in.wav"), "");
  });
  const shown = (inputs: Input[]) =>
    inputs.map(({ relative, source, problem }) => [
      relative,
      Buffer.isBuffer(source) ? source.toString("latin1").split("/raw/")[1] : source,
      problem,
    ]);

  test("are found in folders", async () => {
    expect(shown(await findInputs(inFolder("raw"), { recursive: true }))).toEqual([
      ["a.wav", undefined, undefined],
      expect.arrayContaining(["caf\ufffd.wav"]),
      expect.arrayContaining(["caf\ufffd.wav"]),
      ["d\ufffd/in.wav", "d\xfc/in.wav", undefined],
      ["x\ufffd.mp3", "x\xff.mp3", undefined],
    ]);
  });

  test("are found by what is left of them in arguments, lists and patterns", async () => {
    const both = [expect.stringMatching(/^caf.\.wav$/), expect.stringMatching(/^caf.\.wav$/)];
    for (const names of [["raw/caf\ufffd.wav", "raw/caf\ufffd.wav"], ["raw/caf*.wav"]]) {
      const found = await findInputs(inFolder(...names));
      expect(shown(found).map(([, raw]) => raw)).toEqual(both);
    }
    const list = join(folder, "raw.list");
    writeFileSync(list, Buffer.concat([bytes("x\xff.mp3"), Buffer.from("\n"), bytes("a.wav")]));
    expect(shown(await findInputs([], { filesFrom: list }))).toEqual([
      ["x\ufffd.mp3", "x\xff.mp3", undefined],
      ["a.wav", undefined, undefined],
    ]);
    const url = `${pathToFileURL(join(folder, "raw")).href}/x%FF.mp3`;
    expect(shown(await findInputs([url]))).toEqual([["x\ufffd.mp3", "x\xff.mp3", undefined]]);
    const inside = await findInputs(inFolder("raw/d\ufffd", "raw/none\ufffd.wav"));
    expect(shown(inside)).toEqual([
      ["in.wav", "d\xfc/in.wav", undefined],
      ["none\ufffd.wav", undefined, expect.anything()],
    ]);
  });
});

test("URLs of files, and data", async () => {
  const [path] = inFolder("take 2.MP3");
  const data = "data:audio/wav;base64,AAAA";
  const inputs = await findInputs([
    pathToFileURL(path!).href,
    data,
    `data:x;base64,${"!".repeat(1e6)}`,
  ]);
  expect(inputs.slice(0, 2)).toEqual([
    { path: path!, relative: "take 2.MP3" },
    { path: "data:audio/wav (3 bytes)", relative: "data", source: data },
  ]);
  expect(inputs[2]?.path.length).toBeLessThan(100);
  expect(inputs[2]?.problem?.oneLine).toStartWith("data:x: cannot be read: ");
  const server = await findInputs(["file://server/a.wav"]);
  expect(server[0]?.problem?.oneLine).toEndWith("; pass its path");
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
    "https://x.org/a.mp3: is not a file on this machine; " +
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
  await expectAsrError(
    () => findInputs([], bad),
    "input",
    "--files-from /nonexistent",
    "no such file",
  );
  await expectAsrError(() => findInputs(["-", "-"]), "usage", "given twice");
  await expectAsrError(() => findInputs(["-"], { filesFrom: "-" }), "usage", "given twice");
});
