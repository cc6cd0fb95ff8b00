import { expect, test } from "bun:test";
import { markdownTable } from "../report/table.ts";
import { measureOptimisations, optimisationTables } from "./optimisations.ts";

test("every optimisation gives what it replaced", async () => {
  const lines: string[] = [];
  const report = await measureOptimisations(true, (line) => lines.push(line));
  const names = (stage: string) =>
    report.rows.filter((row) => row.stage === stage).map((row) => row.name);
  expect(names("preprocessing")).toEqual([
    "FFT of 512 points",
    "DFT of 400 points",
    "mel filterbank",
    "logarithm",
    "clamp and normalise",
    "window",
  ]);
  expect(names("encoder")).toEqual([
    "attention",
    "position embeddings",
    "block mask",
    "attention in windows",
    "block mask",
    "attention in windows",
  ]);
  expect(names("decoder")).toEqual([
    "RoPE, one token",
    "RoPE, prefill",
    "grouped queries, one token",
    "grouped queries, prefill",
    "mask of one token",
  ]);
  for (const row of report.rows) {
    expect(row.difference).toBeLessThanOrEqual(row.tolerance);
    expect(row.holds).toBe(true);
    expect(row.ratio).toBeCloseTo(row.beforeMs / row.afterMs, 3);
    expect(lines.some((line) => line.endsWith(`${row.stage}: ${row.name}`))).toBe(true);
  }
  const shown = optimisationTables(report).map(markdownTable).join("\n");
  expect(shown.match(/^\| .*×/gm)!.length).toBeGreaterThan(report.rows.length);
}, 600_000);
