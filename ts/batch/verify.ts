import { doAtOnce } from "../concurrency/at-once.ts";
import type { Item } from "./item.ts";
import type { Output } from "./output/output.ts";
import { milliseconds } from "./packing.ts";
import { type Plan, partKey, partNumber, shardKey } from "./plan.ts";

/** What an output has, against what was planned. */
export interface Report {
  /** Shards of the plan that were looked at, and those without a part. */
  shards: number;
  missing: number[];
  items: number;
  rows: number;
  ok: number;
  /** Rows of errors by their codes. */
  errors: Record<string, number>;
  /** Rows in which text may be missing. */
  truncated: number;
  /** Of sound, as it was heard. */
  audio_s: number;
  /** What is wrong with parts; a few of them. */
  wrong: string[];
}

/** What is told of each item that failed. */
export type OnFailed = (item: Item) => void;

/** How many parts are read at once. */
const atOnce = 16;
const maxWrong = 20;

/**
 * Reads all parts of a plan, or those of some shards, and compares them with it: each item has one
 * row, in its place. What was not run yet is `missing`, what is not as planned `wrong`.
 */
export async function verifyOutput(
  output: Output,
  plan: Plan,
  numbers: readonly number[] = Array.from({ length: plan.shards }, (_, number) => number),
  onFailed?: OnFailed,
): Promise<Report> {
  const report: Report = {
    shards: numbers.length,
    missing: [],
    items: numbers.reduce((sum, number) => sum + (plan.shard_items[number] ?? 0), 0),
    rows: 0,
    ok: 0,
    errors: {},
    truncated: 0,
    audio_s: 0,
    wrong: [],
  };
  const names = await output.names("parts");
  const there = new Set(names.map(partNumber));
  const stray = names.filter((name) => !((partNumber(name) ?? plan.shards) < plan.shards));
  for (const name of stray) report.wrong.push(`parts/${name}: is no part of the plan`);
  report.missing = numbers.filter((number) => !there.has(number));
  const found = numbers.filter((number) => there.has(number));
  await doAtOnce(atOnce, found, (number) => countPart(output, plan, number, report, onFailed));
  report.audio_s = milliseconds(report.audio_s);
  report.wrong = report.wrong.sort().slice(0, maxWrong);
  return report;
}

async function countPart(
  output: Output,
  plan: Plan,
  number: number,
  report: Report,
  onFailed: OnFailed | undefined,
): Promise<void> {
  const [planned, part] = await Promise.all([
    output.get(shardKey(plan, number)),
    output.get(partKey(number)),
  ]);
  const items = linesIn<Item>(planned);
  const rows = linesIn(part);
  report.rows += rows.length;
  const key = partKey(number);
  if (items.length !== plan.shard_items[number]) {
    const those = `${items.length} items for ${plan.shard_items[number]} that were planned`;
    report.wrong.push(`${shardKey(plan, number)}: has ${those}`);
  }
  if (rows.length !== items.length) {
    report.wrong.push(`${key}: has ${rows.length} rows for ${items.length} items`);
  }
  const misplaced = items.findIndex(({ id }, place) => rows[place]?.["id"] !== id);
  if (misplaced >= 0) {
    report.wrong.push(`${key}, line ${misplaced + 1}: is not the row of "${items[misplaced]!.id}"`);
  }
  for (const [place, row] of rows.entries()) count(row, report, items[place], onFailed);
}

function count(
  row: Readonly<Record<string, unknown>>,
  report: Report,
  item: Item | undefined,
  onFailed: OnFailed | undefined,
): void {
  const error = row["error"] as { code?: string } | undefined;
  if (error !== undefined) {
    const code = error.code ?? "unknown";
    report.errors[code] = (report.errors[code] ?? 0) + 1;
    if (item !== undefined) onFailed?.(item);
    return;
  }
  report.ok++;
  if (row["truncated"] === true) report.truncated++;
  const seconds = row["duration_s"];
  if (typeof seconds === "number") report.audio_s += seconds;
}

/** The objects of a text of JSON lines; what is none counts as an empty one. */
function linesIn<T = Readonly<Record<string, unknown>>>(text = ""): T[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      try {
        return JSON.parse(line);
      } catch {
        return {};
      }
    });
}
