// This folder: results as JSON, tables, charts and a part of the README.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../tools/folders.ts";
import { AsrError, messageOf } from "../../ts/contract/errors.ts";
import type { BenchReport } from "../benches/bench.ts";
import type { Machine } from "./machine.ts";
import type { Table } from "./table.ts";
import type { Revision } from "./versions.ts";

/** Where results that a README may quote are kept. */
export const resultsFolder = join(root, "bench/results");

/** Results of `--quick` are for the eye, and not committed. */
export const quickResultsFolder = join(resultsFolder, "quick");

/** A result file: what was found, and all that is needed to judge it. */
export interface Result {
  bench: string;
  /** The command that was run, and when. */
  command: string;
  date: string;
  weights: "random weights" | "real weights";
  machine: Machine;
  /** The kernel table that this program's model used. */
  kernels: string;
  /** Share of the machine that other programs used just before. */
  busyBefore: number;
  versions: Readonly<Record<string, string>>;
  /** Absent outside a git checkout. */
  revision?: Revision;
  tables: readonly Table[];
  notes: readonly string[];
  data: object;
}

/** Writes the result, what was shown of it as Markdown, and its charts; returns the paths. */
export async function writeResult(
  folder: string,
  result: Result,
  shown: string,
  charts: BenchReport["charts"] = {},
): Promise<string[]> {
  const files = {
    [`${result.bench}.json`]: `${JSON.stringify(result, null, 2)}\n`,
    [`${result.bench}.md`]: `# bench ${result.bench}\n\n\`${result.command}\`\n\n${shown}`,
    ...charts,
  };
  const paths = Object.keys(files).map((name) => join(folder, name));
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  } catch (error) {
    throw new AsrError("usage", `${folder}: cannot be written: ${messageOf(error)}`);
  }
  return paths;
}
