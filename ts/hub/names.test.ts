import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelFolder } from "../native/locate.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { displayName, parseHubModel, parseModelName } from "./names.ts";

describe("a name of the hub", () => {
  test.each([
    ["0.6b", "mlx-community/Qwen3-ASR-0.6B-4bit", "main"],
    ["0.6B-8bit", "mlx-community/Qwen3-ASR-0.6B-8bit", "main"],
    ["1.7b-bf16", "mlx-community/Qwen3-ASR-1.7B-bf16", "main"],
    ["1.7b@v1", "mlx-community/Qwen3-ASR-1.7B-4bit", "v1"],
    ["aligner", "mlx-community/Qwen3-ForcedAligner-0.6B-8bit", "main"],
    ["Aligner-bf16@v1", "mlx-community/Qwen3-ForcedAligner-0.6B-bf16", "v1"],
    ["Qwen/Qwen3-ASR-0.6B", "Qwen/Qwen3-ASR-0.6B", "main"],
    ["a/b.c_d-e@refs/pr/1", "a/b.c_d-e", "refs/pr/1"],
    [`a/b@${"0".repeat(40)}`, "a/b", "0".repeat(40)],
  ])("%s", (name, id, revision) => {
    expect(parseModelName(name)).toEqual({ id, revision });
  });

  test("is shown without main", () => {
    expect(displayName({ id: "a/b", revision: "main" })).toBe("a/b");
    expect(displayName({ id: "a/b", revision: "v1" })).toBe("a/b@v1");
  });
});

describe("a folder", () => {
  let folder = "";
  const startedIn = process.cwd();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "bun-asr-names-"));
    for (const name of ["org/model", "0.6b"]) mkdirSync(join(folder, name), { recursive: true });
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(startedIn);
    rmSync(folder, { recursive: true });
  });

  test.each(["q4.gguf", "model.safetensors"])(
    "named by its file %s is opened, to be refused",
    (name) => {
      writeFileSync(join(folder, name), "");
      expect(parseModelName(name)).toEqual({ folder: modelFolder(name) });
    },
  );

  test("that exists comes before the hub", () => {
    for (const name of ["org/model", "0.6b"])
      expect(parseModelName(name)).toEqual({ folder: name });
    expect(parseModelName("org/other")).toEqual({ id: "org/other", revision: "main" });
  });

  test.each(["/nowhere", "./x", "../x", ".", "..", ".\\x"])(
    "that is meant need not exist: %s",
    (name) => {
      expect(parseModelName(name)).toEqual({ folder: name });
    },
  );

  test("demo is always the demo", () => {
    expect(parseModelName("demo")).toEqual({ folder: modelFolder("demo") });
    expect(() => parseHubModel("demo")).toThrow('"demo": is no model of the hub');
  });
});

test("anything else is a usage error that says what is meant", async () => {
  const cases: [string, string][] = [
    ["0.6b-4bits", "did you mean 0.6b-4bit?"],
    ["demos", "did you mean demo?"],
    ["large-v3", "choose from: demo, 0.6b"],
    ["", "unknown model; choose from: demo, 0.6b,"],
    ["", "aligner-bf16; or give a folder"],
    ["Qwen3-ForcedAligner-0.6B-8bits", "did you mean aligner-8bit?"],
    ["no/such/folder", "no hub id"],
    ["a/../b", "no hub id"],
    ["a/..", "no hub id"],
    ["a--b/c", "no hub id"],
    ["-a/b", "no hub id"],
    ["a/.b", "no hub id"],
    ["a/b-", "no hub id"],
    ["a/b c", "no hub id"],
    ["a/b\n", "no hub id"],
    ["a/b?x", "no hub id"],
    [`a/${"b".repeat(97)}`, "no hub id"],
    ["a/b@", "the revision is not valid"],
    ["a/b@../x", "the revision is not valid"],
    ["a/b@-x", "the revision is not valid"],
    ["a/b@x/", "the revision is not valid"],
    ["a/b@x//y", "the revision is not valid"],
    ["a/b@x/.y", "the revision is not valid"],
    ["a/b@main.lock", "the revision is not valid"],
    ["a/b@x y", "the revision is not valid"],
    ["a/b@x\u0000", "the revision is not valid"],
  ];
  for (const [name, why] of cases) await expectAsrError(() => parseModelName(name), "usage", why);
});
