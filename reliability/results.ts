import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { revision } from "../bench/report/versions.ts";
import { root } from "../tools/folders.ts";
import { countOf, type Findings } from "./check.ts";
import type { ListedCheck } from "./checks.ts";

const folder = join(root, ".cache/reliability/results");

/** What a check gave the last time, or why it could not be run. */
export interface Result {
  number: number;
  seed: number;
  inputs: number;
  crashes: number;
  hangs: number;
  wrong: number;
  seconds: number;
  figures: string[];
  notRun?: string;
  /** The day, and the commit. */
  date: string;
  commit: string;
}

/** Makes a result of what was found. */
export function resultOf({ check }: ListedCheck, seed: number, found: Findings | string): Result {
  const { commit = "unknown", dirty = false } = revision() ?? {};
  const head = {
    number: check.number,
    seed,
    date: new Date().toISOString().slice(0, 10),
    commit: `${commit}${dirty ? " with changes" : ""}`,
  };
  const none = { inputs: 0, crashes: 0, hangs: 0, wrong: 0, seconds: 0, figures: [] };
  if (typeof found === "string") return { ...head, ...none, notRun: found };
  const { inputs, seconds, figures } = found;
  const count = (kind: "crash" | "hang" | "wrong") => countOf(found, kind);
  const counts = { crashes: count("crash"), hangs: count("hang"), wrong: count("wrong") };
  return { ...head, inputs, ...counts, seconds, figures };
}

export function storeResult(result: Result): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(pathOf(result.number), `${JSON.stringify(result, null, 2)}\n`);
}

/** The last whole run of a check with a seed. */
export function storedResult(number: number, seed: number): Result | undefined {
  const path = pathOf(number);
  if (!existsSync(path)) return undefined;
  const result: Result = JSON.parse(readFileSync(path, "utf8"));
  return result.seed === seed ? result : undefined;
}

function pathOf(number: number): string {
  return join(folder, `${number}.json`);
}
