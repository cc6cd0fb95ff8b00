import { expect, test } from "bun:test";
import { join } from "node:path";
import { goldenSet } from "../ts/testing/goldens.ts";
import { compareSet } from "./compare-goldens.ts";
import { root } from "./folders.ts";

test("verify --goldens has a row for each case in both precisions, and none is too far off", () => {
  const command = [process.execPath, join(root, "tools/run.ts"), "verify", "--goldens"];
  const { exitCode, stdout } = Bun.spawnSync(command, { stderr: "inherit" });
  const lines = stdout.toString().trimEnd().split("\n");
  expect(lines.at(-1)).toBe("goldens: 0 too far off");
  expect(exitCode).toBe(0);
  const rows = lines.filter((line) => line.startsWith("small"));
  expect(rows.filter((row) => row.includes(" full "))).toHaveLength(rows.length / 2);
  expect(rows.length).toBeGreaterThan(30);
}, 120_000);

test("what is further off than the set allows has failed", async () => {
  const set = goldenSet("small-hf");
  const strict = { ...set, tolerances: { ...set.tolerances, encoder: 0 } };
  expect(await compareSet("small-hf", strict, "full")).toBe(set.cases.length);
});
