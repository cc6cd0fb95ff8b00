import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../../testing/expect-error.ts";
import { findName, namedModels, openAiNames } from "./names.ts";

const names = (...models: string[]) => namedModels(models).map(({ name }) => name);

test("clients see short names, ids of the hub, and of a folder its own name", () => {
  const home = mkdtempSync(join(tmpdir(), "bun-asr-names-"));
  try {
    const [mine, other, third] = ["a/talk", "b/talk", "c/c/talk"].map((path) => join(home, path));
    for (const folder of [mine!, other!, third!]) mkdirSync(folder, { recursive: true });
    expect(names("demo", "0.6B", "Qwen/Qwen3-ASR-1.7B@abc", mine!)).toEqual([
      "demo",
      "0.6b",
      "Qwen/Qwen3-ASR-1.7B@abc",
      "talk",
    ]);
    expect(names(mine!, other!, `${mine!}/`, third!)).toEqual(["talk", "b/talk", "c/talk"]);
    expect(names("0.6b", "0.6B", "demo", "demo")).toEqual(["0.6b", "demo"]);
  } finally {
    rmSync(home, { recursive: true });
  }
});

test("a word means a model by any of its names; OpenAI's mean the first", () => {
  const models = namedModels(["0.6b", "1.7b-8bit"]);
  for (const word of ["0.6b", " 0.6B", "Qwen3-ASR-0.6B-4bit", ...openAiNames]) {
    expect(findName(models, word)).toBe("0.6b");
  }
  expect(findName(models, "gpt-4o-mini-transcribe-2025-12-15")).toBe("0.6b");
  expect(findName(models, "mlx-community/Qwen3-ASR-1.7B-8bit")).toBe("1.7b-8bit");
  for (const word of ["", "1.7b", "whisper-large", "gpt-4o-transcribe-mini"]) {
    expect(findName(models, word)).toBeUndefined();
  }
});

test("what is no name of a model is refused", async () => {
  await expectAsrError(() => namedModels(["0.6c"]), "usage", "unknown model");
});
