import { compiled, kernelsBench } from "../../tools/cpp.ts";
import type { Report } from "../../tools/wheels.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import type { Table } from "../report/table.ts";
import { measured } from "../subjects/measured.ts";
import type { Bench } from "./bench.ts";

/** How much a second, in 10⁹ operations or bytes. */
interface Rate {
  oneThread: number;
  allThreads: number;
}

/** What bench/kernels prints. */
export interface KernelsReport {
  threads: number;
  /** Bytes that arguments in memory take together. */
  workingSetBytes: number;
  /** Those measured, best first. */
  tables: string[];
  /** GFLOP/s, or 10⁹ integer operations; a multiply-and-add is two. */
  peaks: (Rate & {
    table: string;
    operand: "f32" | "int8" | "int16";
    instructions: string;
  })[];
  /** GB/s of reading. */
  bandwidths: (Rate & { from: "memory" | "cache" })[];
  rows: KernelRow[];
}

export interface KernelRow {
  group: string;
  shape: string;
  table: string;
  arithmetic: "full" | "fast";
  /** Median. */
  ms: number;
  /** How many times it was measured. */
  turns: number;
  /** 0 where operations are not counted. */
  gflops: number;
  /** Of what the kernel cannot but read. */
  gbs: number;
  /** What takes longest at its peak: instructions, or reading from memory or from the cache. */
  limit: string;
  /** Time at that peak as a part of the time taken. */
  percent: number;
}

/** Each CPU kernel on each table against the limits of the machine. */
export const kernels: Bench = {
  summary: "CPU kernels on every table, as a part of what the machine can do",
  async run({ quick }, progress) {
    if (!kernelsApply) {
      const notes = ["On macOS the kernels are those of MLX: there is nothing to measure here."];
      return { tables: [], notes, data: {}, kernels: "metal", randomWeights: false };
    }
    const report = await measureKernels(quick, (line) => progress.step(line));
    return {
      tables: kernelTables(report),
      notes: kernelNotes(report),
      data: report,
      kernels: report.tables[0]!,
      randomWeights: false,
    };
  },
};

/** On Apple silicon the kernels are those of MLX. */
export const kernelsApply = process.platform !== "darwin";

/** Compiles and runs the measurements: 30 s when quick, else up to 5 minutes. */
export async function measureKernels(quick: boolean, report: Report): Promise<KernelsReport> {
  if (!kernelsApply) {
    throw new AsrError("usage", "the CPU kernels are not part of the program on macOS");
  }
  report("compiling the kernels");
  const program = await compiled(kernelsBench);
  return await measured([program, ...(quick ? ["--quick"] : [])], report);
}

/** What the machine can do at most, in some seconds once it is compiled. */
export async function measureLimits(report: Report): Promise<KernelsReport> {
  report("measuring the limits of the machine");
  return await measured([await compiled(kernelsBench), "--limits"], report);
}

/** What the machine can do, then a table for each group of kernels with a column for each table. */
export function kernelTables(report: KernelsReport): Table[] {
  const { threads, tables, peaks, bandwidths, rows } = report;
  const rate = ({ oneThread, allThreads }: Rate) => [oneThread.toFixed(1), allThreads.toFixed(1)];
  const head = ["limit", "one thread", threads === 1 ? "all threads" : `${threads} threads`];
  const limits: Table = {
    title: "The limits of this machine",
    head,
    rows: [
      ...distinct(peaks, ({ operand, instructions }) => operand + instructions).map((peak) => [
        `${peak.operand} ${peak.instructions}, 10⁹ operations/s`,
        ...rate(peak),
      ]),
      ...bandwidths.map((band) => [`reading from the ${band.from}, GB/s`, ...rate(band)]),
    ],
  };
  const groups = [...new Set(rows.map((row) => row.group))];
  return [
    limits,
    ...groups.map((group) => ({
      title: `${group[0]!.toUpperCase()}${group.slice(1)}`,
      head: ["shape", "arithmetic", ...tables],
      rows: pivot(rows.filter((row) => row.group === group)).map(({ shape, arithmetic, cells }) => [
        shape,
        arithmetic,
        ...tables.map((table) => cell(cells.get(table))),
      ]),
    })),
  ];
}

/** What the tables do not say. */
export function kernelNotes({ workingSetBytes }: KernelsReport): string[] {
  const size = Math.round(workingSetBytes / 2 ** 20);
  return [
    `Weights and the key cache are read from ${size} MiB of copies in turn, as the layers of a ` +
      "model are; the arguments of the other kernels lie in the cache.",
    "A cell is the median time, the rate of what limits the kernel, and that rate as a part of " +
      "what the machine reached in the same run.",
    "Arithmetic fast is held against integer instructions where the machine has them.",
  ];
}

/** Tables share instructions: the first of each kind. */
function distinct<T>(items: readonly T[], kind: (item: T) => string): T[] {
  const found = new Map<string, T>();
  for (const item of items) if (!found.has(kind(item))) found.set(kind(item), item);
  return [...found.values()];
}

interface Pivoted {
  shape: string;
  arithmetic: string;
  /** By table. */
  cells: Map<string, KernelRow>;
}

function pivot(rows: readonly KernelRow[]): Pivoted[] {
  const found = new Map<string, Pivoted>();
  for (const row of rows) {
    const { shape, arithmetic } = row;
    const key = `${shape} ${arithmetic}`;
    const line = found.get(key) ?? { shape, arithmetic, cells: new Map<string, KernelRow>() };
    line.cells.set(row.table, row);
    found.set(key, line);
  }
  return [...found.values()];
}

function cell(row: KernelRow | undefined): string {
  if (row === undefined) return "–";
  const time = `${row.ms.toPrecision(3)} ms`;
  const isReading = row.limit === "memory" || row.limit === "cache";
  const rate = isReading ? `${row.gbs.toFixed(1)} GB/s` : `${row.gflops.toFixed(1)} GFLOP/s`;
  return `${time}, ${rate}, ${row.percent.toFixed(0)} %`;
}
