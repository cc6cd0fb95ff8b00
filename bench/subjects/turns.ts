import type { Progress } from "../report/progress.ts";
import type { Clip, Opened, Run, Subject } from "./subject.ts";

/** One row of the table while it is measured. */
export interface Row {
  label: string;
  framework: string;
  isRandom: boolean;
  isOurs: boolean;
  /** Longest time for opening and for one run, in milliseconds. */
  limitMs: number;
  /** No further run is made when those before took longer together. */
  budgetMs: number;
  open(): Promise<Subject>;
}

/** What the result file keeps of a row. */
export interface Measured {
  label: string;
  framework: string;
  isRandom: boolean;
  opened?: Opened;
  runs: Run[];
  /** From the start of another process to the end of its first run, in milliseconds. */
  wholeMs?: number;
  /** Why there are no runs. */
  failure?: string;
}

/** The order of runs: ours between any two of the others, so that all meet the same machine. */
export function turns<T>(own: readonly T[], others: readonly T[], rounds: number): T[] {
  const round = others.length === 0 ? own : others.flatMap((other) => [...own, other]);
  return Array.from({ length: rounds }, () => round).flat();
}

/** Runs the clip once for each entry of `order`, in processes that stay open. */
export async function takeTurns(
  order: readonly Row[],
  clip: Clip,
  progress: Progress,
): Promise<Map<Row, Measured>> {
  const found = new Map<Row, Measured>();
  const open = new Map<Row, Subject>();
  try {
    for (const [index, row] of order.entries()) {
      const { label, framework, isRandom } = row;
      const measured = found.get(row) ?? { label, framework, isRandom, runs: [] };
      found.set(row, measured);
      if (measured.failure !== undefined || spentMs(measured) > row.budgetMs) continue;
      try {
        const subject = open.get(row) ?? (await opened(row, progress));
        open.set(row, subject);
        measured.opened = subject.opened;
        measured.framework = withBlas(framework, subject.opened);
        progress.step(`run ${index + 1} of ${order.length}: ${label}, ${framework}`);
        measured.runs.push(await subject.run(clip, row.limitMs));
      } catch (error) {
        // Another implementation that fails is a result, ours is an error.
        if (row.isOurs || !(error instanceof Error)) throw error;
        measured.failure = error.message;
        measured.runs = [];
      }
    }
  } finally {
    for (const subject of open.values()) await subject[Symbol.asyncDispose]();
  }
  return found;
}

/** What a process takes that has to start and to open the model first: one for each row. */
export async function wholeProcesses(
  found: ReadonlyMap<Row, Measured>,
  clip: Clip,
  progress: Progress,
): Promise<void> {
  for (const [row, measured] of found) {
    if (measured.failure !== undefined) continue;
    const started = performance.now();
    await using subject = await opened(row, progress);
    await subject.run(clip, row.limitMs);
    measured.wholeMs = performance.now() - started;
  }
}

async function opened(row: Row, progress: Progress): Promise<Subject> {
  progress.step(`opening ${row.label}, ${row.framework}`);
  return await row.open();
}

function spentMs({ runs }: Measured): number {
  return runs.reduce((sum, { totalMs }) => sum + totalMs, 0);
}

/** A framework that multiplies matrices by another library is named with it. */
function withBlas(framework: string, { about }: Opened): string {
  return about["blas"] === undefined ? framework : `${framework} (${about["blas"]})`;
}
