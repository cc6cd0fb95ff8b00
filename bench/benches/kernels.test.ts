import { expect, test } from "bun:test";
import { markdownTable } from "../report/table.ts";
import { kernelsApply, kernelTables, measureKernels } from "./kernels.ts";

test.skipIf(!kernelsApply)(
  "no kernel is faster than the machine",
  async () => {
    const report = await measureKernels(true, () => {});
    const { tables, peaks, bandwidths, rows } = report;
    expect(tables.length).toBeGreaterThan(0);
    for (const { oneThread, allThreads } of [...peaks, ...bandwidths]) {
      expect(oneThread).toBeGreaterThan(0);
      expect(allThreads).toBeGreaterThanOrEqual(oneThread);
    }
    for (const table of tables) {
      expect(peaks.some((peak) => peak.table === table && peak.operand === "f32")).toBe(true);
      const groups = Object.groupBy(
        rows.filter((row) => row.table === table),
        ({ group }) => group,
      );
      const counts = Object.entries(groups).map(([group, found]) => [group, found!.length]);
      expect(Object.fromEntries(counts)).toEqual({
        "quantized product": 2 * 3 * 2,
        "dense product": 2 * 2 * 2,
        convolution: 3 * 2,
        attention: 3,
        rows: 5,
      });
    }
    for (const row of rows) {
      expect(row.ms).toBeGreaterThan(0);
      expect({ ...row, isPossible: row.percent > 0 && row.percent < 130 }).toMatchObject({
        isPossible: true,
      });
    }
    expect(kernelTables(report).map(markdownTable).join("")).toContain("GFLOP/s");
  },
  600_000,
);
