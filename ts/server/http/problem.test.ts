import { describe, expect, test } from "bun:test";
import { AsrError } from "../../contract/errors.ts";
import { faultOf, problemOf } from "./problem.ts";

describe("what was thrown becomes", () => {
  const outOfFiles = Object.assign(new Error("x"), { code: "EMFILE" });
  const long = new AsrError("input", "talk.mp3: is longer", "raise it", { reason: "too long" });
  test.each<[string, unknown, number, string | null]>([
    ["400 for a recording that cannot be heard", new AsrError("input", "x"), 400, "invalid_audio"],
    ["413 for one that is too long", long, 413, "audio_too_long"],
    ["400 for a wrong value", new AsrError("usage", "x"), 400, "invalid_value"],
    ["499 for a client that left", new AsrError("aborted", "x"), 499, null],
    ["500 for a checkpoint that fails", new AsrError("model", "x"), 500, "model"],
    ["500 for a fault", new TypeError("x"), 500, null],
    ["503 where too much is open", outOfFiles, 503, "too_many_files"],
    [
      "503 where that is the cause",
      new AsrError("native", "x", "", { cause: outOfFiles }),
      503,
      "too_many_files",
    ],
  ])("%s", (_, thrown, status, code) => {
    expect(problemOf(thrown)).toMatchObject({ status, code });
  });

  test("what the log tells without the name of the recording", () => {
    const why = Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
    const thrown = new AsrError("input", "talk.mp3: cannot be opened", undefined, { cause: why });
    const fault = faultOf(thrown) as AsrError;
    expect(fault.oneLine).toBe(
      "no more can be opened: EMFILE: too many open files; let the server open more: ulimit -n",
    );
    const broken = new TypeError("x");
    expect([faultOf(broken), faultOf(new AsrError("input", "x"))]).toEqual([broken, undefined]);
  });

  test.each<[string, Error]>([
    ["a program", new AsrError("native", "/opt/bin/ffmpeg: cannot be run", "set FFMPEG")],
    ["a file", new Error("ENOENT: no such file, rm '/opt/bin/ffmpeg'")],
  ])("what names no folder: %s", (_, thrown) => {
    const { message } = problemOf(thrown);
    expect(message).toContain("ffmpeg");
    expect(message).not.toContain("opt");
  });
});
