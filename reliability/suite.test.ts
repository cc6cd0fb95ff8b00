import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../tools/folders.ts";
import { allChecks } from "./checks.ts";
import { mutatedJson } from "./json-mutations.ts";
import { mutatedBytes } from "./mutations.ts";
import { randomOf } from "./random.ts";
import { runCheck } from "./trials.ts";

const checks = await allChecks();
/** Every run of the tests tries other inputs than `verify --hard`. */
const seed = 7;

describe("a part of each check:", () => {
  const tested = checks.filter(({ check }) => check.inputsOfTest > 0);
  test.each(tested.map((listed) => [listed.check.title, listed] as const))(
    "%s",
    async (_, { check, path }) => {
      if ((await check.notRun?.()) !== undefined) return;
      const { failures } = await runCheck({ path, seed, inputs: check.inputsOfTest });
      expect(failures).toEqual([]);
    },
    120_000,
  );
});

describe("the runner", () => {
  const path = join(import.meta.dir, "testing/faulty.ts");

  test("counts crashes, hangs and wrong outcomes, and goes on behind them", async () => {
    const { failures, inputs, figures } = await runCheck({ path, seed, inputs: 12 });
    expect(failures.map(({ index, kind }) => [index, kind])).toEqual([
      [2, "wrong"],
      [4, "crash"],
      [6, "wrong"],
      [8, "hang"],
    ]);
    expect(failures.map(({ why }) => why.split("\n")[0])).toEqual([
      "two",
      "ended with SIGABRT: ",
      "threw Error: six",
      "no answer in time",
    ]);
    expect([inputs, figures]).toEqual([12, ["3 since the last crash"]]);
  });
});

test("an input depends on the seed and on its number alone", () => {
  const json = '{"a":{"b":[1,2,3]},"c":"d"}';
  const bytes = new Uint8Array(100);
  const inputs = (of: number) =>
    Array.from({ length: 50 }, (_, i) => [
      mutatedJson(randomOf(of, 1, i), json),
      Buffer.from(mutatedBytes(randomOf(of, 2, i), bytes)).toString("hex"),
    ]);
  expect(inputs(1)).toEqual(inputs(1));
  expect(inputs(1)).not.toEqual(inputs(2));
  expect(new Set(inputs(1).flat()).size).toBeGreaterThan(60);
});

test("the page describes every check", () => {
  const page = readFileSync(join(root, "docs/reliability.md"), "utf8");
  for (const { check } of checks) expect(page).toContain(`| ${check.number} | ${check.title} |`);
});
