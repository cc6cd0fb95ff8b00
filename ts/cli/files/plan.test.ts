import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AsrError } from "../../contract/errors.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import type { Input } from "./inputs.ts";
import { type Destination, foldersOf, planOutputs } from "./plan.ts";

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "bun-asr-plan-"));
  writeFileSync(join(directory, "old.srt"), "1");
  writeFileSync(join(directory, "old.txt"), "");
  writeFileSync(join(directory, "older.srt"), "1");
});
afterAll(() => rmSync(directory, { recursive: true }));

const inputs = (...paths: string[]): Input[] =>
  paths.map((path) => ({ path: `in/${path}`, relative: path }));

function files(given: Input[], destination: Destination): string[][] {
  const { jobs } = planOutputs(given, destination);
  return jobs.map((job) => job.files.map(({ path }) => path.replace(`${directory}/`, "")));
}

describe("where transcripts go", () => {
  test("to standard output, one after the other, as text", () => {
    const plan = planOutputs(inputs("a.wav", "b.wav"), {});
    expect(plan.toStandardOutput).toBe("txt");
    expect(plan.jobs.map(({ files }) => files)).toEqual([[], []]);
  });

  test("one input may be any format", () => {
    expect(planOutputs(inputs("a.wav"), { formats: ["srt"] }).toStandardOutput).toBe("srt");
    expect(planOutputs(inputs("a.wav"), { file: "-" }).toStandardOutput).toBe("txt");
  });

  test("into a folder under the input's name, with its tree", () => {
    const given = [...inputs("talk.mp3", "day 1/x.y.wav", "noext"), { path: "-", relative: "-" }];
    expect(files(given, { directory, formats: ["srt", "txt"] })).toEqual([
      ["talk.srt", "talk.txt"],
      ["day 1/x.y.srt", "day 1/x.y.txt"],
      ["noext.srt", "noext.txt"],
      ["stdin.srt", "stdin.txt"],
    ]);
    const plan = planOutputs(given, { directory });
    expect(foldersOf(plan)).toEqual([directory, join(directory, "day 1")]);
  });

  test("into one file, in the format that its name says", () => {
    const { jobs } = planOutputs(inputs("a.wav"), { file: "/tmp/none/x.VTT" });
    expect(jobs[0]!.files).toEqual([{ format: "vtt", path: "/tmp/none/x.VTT" }]);
    const { jobs: other } = planOutputs(inputs("a.wav"), { file: "/tmp/none.d/x" });
    expect(other[0]!.files[0]!.format).toBe("txt");
    const asked: Destination = { file: "/tmp/none/x.doc", formats: ["srt"] };
    expect(planOutputs(inputs("a.wav"), asked).jobs[0]!.files[0]!.format).toBe("srt");
  });

  test("into a folder whatever its name, when it is there, and with names of full length", () => {
    const named = join(directory, "talks.srt");
    mkdirSync(named);
    expect(files(inputs("a.wav"), { directory: named, formats: ["vtt"] })).toEqual([
      ["talks.srt/a.vtt"],
    ]);
    rmSync(named, { recursive: true });
    const long = "x".repeat(251);
    expect(files(inputs(`${long}.wav`), { directory, formats: ["srt"] })).toEqual([
      [`${long}.srt`],
    ]);
  });

  test("what exists is replaced only when asked", () => {
    expect(files(inputs("old.mp3"), { directory, formats: ["srt"], overwrite: true })).toEqual([
      ["old.srt"],
    ]);
  });

  test("a batch goes on where it stopped", () => {
    const given = inputs("old.mp3", "older.mp3", "new.mp3");
    const { jobs, mayReplace } = planOutputs(given, {
      directory,
      formats: ["srt", "txt"],
      skipExisting: true,
    });
    expect(mayReplace).toBe(true);
    expect(jobs.map(({ files, done }) => [files.map(({ format }) => format), done])).toEqual([
      [["txt"], false],
      [["txt"], false],
      [["srt", "txt"], false],
    ]);
    const again = planOutputs(given, { directory, formats: ["srt"], skipExisting: true });
    expect(again.jobs.map(({ done }) => done)).toEqual([true, true, false]);
  });
});

describe("refused before any work", () => {
  test.each<[string, string[], () => Destination, string[]]>([
    ["both kinds", ["a.wav"], () => ({ directory, file: "x" }), ["exclude each other"]],
    [
      "a folder without a name",
      ["a.wav"],
      () => ({ directory: "" }),
      ['--output-dir "": is empty'],
    ],
    ["a file without a name", ["a.wav"], () => ({ file: "" }), ['--output "": is empty']],
    [
      "several formats on standard output",
      ["a.wav"],
      () => ({ formats: ["srt", "txt"] }),
      ["srt, txt cannot share standard output", "--output-dir"],
    ],
    [
      "several cue lists on standard output",
      ["a.wav", "b.wav"],
      () => ({ formats: ["srt"] }),
      ["srt of several inputs", "--output-dir DIR", "--json"],
    ],
    ["several inputs in a file", ["a.wav", "b.wav"], () => ({ file: "x.txt" }), ["2 inputs"]],
    [
      "several formats in a file",
      ["a.wav"],
      () => ({ file: "x.txt", formats: ["txt", "srt"] }),
      ["2 formats"],
    ],
    [
      "two inputs of one name",
      ["a.wav", "b.wav", "a.mp3"],
      () => ({ directory }),
      ["in/a.wav and in/a.mp3 would both become", "a.txt"],
    ],
    [
      "what exists",
      ["old.wav", "older.wav"],
      () => ({ directory, formats: ["srt"] }),
      ["old.srt and 1 more: already there", "--overwrite", "--skip-existing"],
    ],
    [
      "a file of an unknown kind",
      ["a.wav"],
      () => ({ file: "out.doc" }),
      ['--output out.doc: no format is called ".doc"', ".txt, .srt", "--output-format"],
    ],
    [
      "a folder that is called as a file",
      ["a.wav"],
      () => ({ directory: "talk.SRT" }),
      ["--output-dir talk.SRT: looks like a file; --output talk.SRT writes one file"],
    ],
    [
      "a folder that is a file",
      ["a.wav"],
      () => ({ directory: import.meta.path }),
      [`${import.meta.path}: is a file; --output`],
    ],
    [
      "a name that is too long",
      [`${"ä".repeat(126)}.ra`],
      () => ({ directory, formats: ["json"] }),
      ["ä.json: the name is too long for a file; give the transcript a shorter one"],
    ],
    [
      "a file that is called as a folder",
      ["a.wav"],
      () => ({ file: "new/", formats: ["srt"] }),
      ["--output new/: is the name of a folder; use --output-dir new/"],
    ],
    ["a folder", ["a.wav"], () => ({ file: directory, overwrite: true }), ["is a folder"]],
    ["an input", ["a.txt"], () => ({ directory: "in", overwrite: true }), ["replace an input"]],
  ])("%s", async (_, paths, destination, texts) => {
    await expectAsrError(() => planOutputs(inputs(...paths), destination()), "usage", ...texts);
  });

  test("an input with a problem is no reason to stop", () => {
    const problem = new AsrError("input", "in/old.wav: no such file");
    const missing = { path: "in/old.wav", relative: "old.wav", problem };
    const plan = planOutputs([missing, ...inputs("b.wav")], { directory, formats: ["srt"] });
    expect(plan.jobs.length).toBe(2);
  });
});
