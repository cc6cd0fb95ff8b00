import { expect, test } from "bun:test";
import type { AsrErrorCode } from "../../contract/errors.ts";
import { Tally } from "./tally.ts";

const ending = (...errors: AsrErrorCode[]) => ({ errors, interrupted: false, truncated: false });

test("success is not worth a line", () => {
  const tally = new Tally(2, 0);
  expect([tally.add(ending()), tally.add(ending())]).toEqual([true, true]);
  expect([tally.text, tally.exitStatus]).toEqual([undefined, 0]);
});

test("failures of one kind have their status, others 1", () => {
  const tally = new Tally(6, 1);
  tally.add(ending());
  tally.add(ending("model"));
  tally.add(ending("model"));
  expect([tally.text, tally.exitStatus]).toEqual(["1 ok, 2 failed, 1 skipped, 2 not finished", 3]);
  tally.add(ending("input", "output"));
  expect([tally.text, tally.exitStatus]).toEqual(["1 ok, 3 failed, 1 skipped, 1 not finished", 1]);
});

test("lost text is no success", () => {
  const tally = new Tally(1, 0);
  expect(tally.add({ ...ending(), truncated: true })).toBe(false);
  expect([tally.text, tally.exitStatus]).toEqual([undefined, 1]);
});
