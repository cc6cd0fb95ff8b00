import { buildProgram } from "../../tools/build.ts";
import type { Report } from "../../tools/wheels.ts";
import type { Table } from "../report/table.ts";
import { measured } from "../subjects/measured.ts";
import type { Bench } from "./bench.ts";

/** One way to a result against what it replaced; optimisations/Comparison.swift measures it. */
export interface Optimisation {
  stage: "preprocessing" | "encoder" | "decoder";
  name: string;
  /** Of the arguments. */
  shape: string;
  before: string;
  after: string;
  /** Medians, in milliseconds. */
  beforeMs: number;
  afterMs: number;
  /** before / after */
  ratio: number;
  /** What the source states for Apple silicon. */
  expected?: number;
  /** Largest difference between the two results, as a part of the largest value. */
  difference: number;
  tolerance: number;
  holds: boolean;
  /** How often each way ran. */
  runs: number;
}

export interface OptimisationsReport {
  /** What computed: a table of CPU kernels, or metal. */
  kernels: string;
  /** The type of the activations. */
  activations: string;
  rows: Optimisation[];
}

/** Each optimisation of the source against what it replaced. */
export const optimisations: Bench = {
  summary: "each optimisation against what it replaced, checked to give the same",
  async run({ quick }, progress) {
    const report = await measureOptimisations(quick, (line) => progress.step(line));
    return {
      tables: optimisationTables(report),
      notes: optimisationNotes(report),
      data: report,
      kernels: report.kernels,
      randomWeights: false,
    };
  },
};

/** Builds and runs the comparisons; throws AsrError `native` where two results differ. */
export async function measureOptimisations(
  quick: boolean,
  report: Report,
): Promise<OptimisationsReport> {
  const program = await buildProgram("bun-asr-optimisations", report);
  return await measured([program, ...(quick ? ["--quick"] : [])], report);
}

/** A table for each stage. */
export function optimisationTables({ rows }: OptimisationsReport): Table[] {
  const stages = [...new Set(rows.map((row) => row.stage))];
  return stages.map((stage) => ({
    title: `${stage[0]!.toUpperCase()}${stage.slice(1)}, before and after`,
    head: ["step", "shape", "before", "after", "ms", "ms after", "×", "source ×", "difference"],
    rows: rows
      .filter((row) => row.stage === stage)
      .map((row) => [
        row.name,
        row.shape,
        row.before,
        row.after,
        milliseconds(row.beforeMs),
        milliseconds(row.afterMs),
        row.ratio.toPrecision(3),
        row.expected === undefined ? "–" : `~${row.expected}`,
        row.difference === 0 ? "0" : row.difference.toExponential(1),
      ]),
  }));
}

/** What the tables do not say. */
export function optimisationNotes({ kernels, activations }: OptimisationsReport): string[] {
  const notes = [
    `Activations in ${activations}, computed by ${kernels}.`,
    "Times are medians, the two ways in turn; the difference is a part of the largest value.",
    "“source ×” is what the source states for Apple silicon.",
  ];
  if (kernels === "metal") return notes;
  return [
    ...notes,
    "The chains of ops run on MLX as it comes for Linux, whose products are not optimised.",
  ];
}

function milliseconds(ms: number): string {
  return ms.toFixed(ms < 0.1 ? 4 : ms < 10 ? 3 : 1);
}
