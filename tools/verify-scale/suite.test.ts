import { describe, expect, spyOn, test } from "bun:test";
import { join } from "node:path";
import { expectAsrError } from "../../ts/testing/expect-error.ts";
import { checksIn, verifyScale } from "./suite.ts";

const folder = join(import.meta.dir, "testing");

describe("verify --scale", () => {
  test("finds a check in each file, in the order of their numbers", async () => {
    expect((await checksIn(folder)).map(({ name }) => name)).toEqual(["B2", "B10"]);
  });

  test("prints a row for each, and goes on behind one that breaks off", async () => {
    const written = spyOn(process.stdout, "write").mockImplementation(() => true);
    try {
      expect(await verifyScale([], folder)).toBe(1);
      const table = String(written.mock.calls[0]![0]);
      expect(table).toMatch(/B2 +\| is as it has to be \| yes +\| 200 rows/);
      expect(table).toMatch(/B10 +\| breaks off +\| NO +\| nobody answers/);
      expect(await verifyScale(["B2"], folder)).toBe(0);
    } finally {
      written.mockRestore();
    }
  });

  test("refuses what is no check", async () => {
    await expectAsrError(
      () => verifyScale(["B3"], folder),
      "usage",
      "B3: no such check",
      "B2, B10",
    );
  });
});
