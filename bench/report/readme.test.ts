import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/folders.ts";
import { storedResult, withResult } from "./readme.ts";
import { type Result, resultsFolder } from "./results.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");

test("README.md shows the stored result, as `bun run bench readme` writes it", () => {
  expect(withResult(readme, storedResult())).toBe(readme);
  expect(existsSync(join(resultsFolder, "rtf.svg"))).toBe(storedResult() !== undefined);
});

const result: Result = {
  bench: "rtf",
  command: "bun run bench rtf --synthetic",
  date: "2026-01-02T03:04:05.678Z",
  weights: "random weights",
  machine: {
    cpu: "A CPU",
    cores: 2,
    threads: 4,
    instructions: [],
    memoryGB: 8,
    os: "An OS",
  },
  kernels: "avx2",
  busyBefore: 0,
  versions: { bun: "1.4.4", "whisper.cpp": "1.8.5" },
  revision: { commit: "0123456789ab", dirty: true },
  tables: [{ title: "Real-time factor", head: ["Model", "RTF"], rows: [["ours", "0.1"]] }],
  notes: ["Medians of 5 runs."],
  data: {},
};

test("a result is shown with the command, the machine and the versions", () => {
  const shown = withResult("# x\n<!-- bench rtf -->\nold\n<!-- /bench rtf -->\ny\n", result);
  expect(shown).toBe(
    [
      "# x",
      "<!-- bench rtf -->",
      "| Model | RTF |",
      "| ----- | --: |",
      "| ours  | 0.1 |",
      "",
      "![Real-time factor](bench/results/rtf.svg)",
      "",
      "`bun run bench rtf --synthetic` on 2026-01-02, commit 0123456789ab with changes: A CPU, " +
        "2 cores, 4 threads, 8 GB, An OS, avx2 kernels.",
      "Medians of 5 runs.",
      "bun 1.4.4, whisper.cpp 1.8.5.",
      "<!-- /bench rtf -->",
      "y",
      "",
    ].join("\n"),
  );
});

test("without a result nothing is shown", () => {
  expect(withResult("<!-- bench rtf -->\nold\n<!-- /bench rtf -->\n", undefined)).toBe(
    "<!-- bench rtf -->\n<!-- /bench rtf -->\n",
  );
});

test("lost marks are said", () => {
  expect(() => withResult("no marks", result)).toThrow("lost the marks");
});
