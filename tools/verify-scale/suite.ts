import { readdirSync } from "node:fs";
import { join } from "node:path";
import { markdownTable } from "../../bench/report/table.ts";
import { AsrError, messageOf } from "../../ts/contract/errors.ts";
import { toStderr } from "../setup.ts";
import type { Finding, ScaleCheck } from "./check.ts";

const ownChecks = join(import.meta.dir, "checks");

/** Every check of a folder, by its name: B1, B2, … B10, S1. */
export async function checksIn(folder: string): Promise<ScaleCheck[]> {
  const files = readdirSync(folder).filter((name) => /^[^.]+\.ts$/.test(name));
  const modules = files.map(async (name): Promise<{ check: ScaleCheck }> => {
    return await import(join(folder, name));
  });
  const checks = (await Promise.all(modules)).map(({ check }) => check);
  const order = new Intl.Collator("en", { numeric: true });
  return checks.sort((a, b) => order.compare(a.name, b.name));
}

/**
 * Runs the checks that are named, or all, one after the other, and prints a table of what was
 * found. Returns the exit status.
 */
export async function verifyScale(
  names: readonly string[],
  folder: string = ownChecks,
): Promise<number> {
  const all = await checksIn(folder);
  const unknown = names.find((name) => !all.some((check) => check.name === name));
  if (unknown !== undefined) {
    const known = all.map((check) => check.name).join(", ");
    throw new AsrError("usage", `verify --scale ${unknown}: no such check`, `one of ${known}`);
  }
  const rows: string[][] = [];
  let failed = 0;
  const chosen = all.filter((check) => names.includes(check.name));
  for (const check of names.length > 0 ? chosen : all.filter((check) => !check.onlyNamed)) {
    toStderr(`verify: ${check.name} ${check.title}`);
    const started = performance.now();
    const { passed, figures } = await found(check);
    if (!passed) failed++;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    rows.push([check.name, check.title, passed ? "yes" : "NO", figures, `${seconds} s`]);
    toStderr(`verify: ${check.name} ${passed ? "passed" : "FAILED"}: ${figures}`);
  }
  const head = ["check", "what", "passed", "figures", "took"];
  process.stdout.write(markdownTable({ title: "", head, rows }));
  return failed === 0 ? 0 : 1;
}

/** A check that breaks off has failed, and the others go on. */
async function found(check: ScaleCheck): Promise<Finding> {
  try {
    return await check.run();
  } catch (error) {
    const why = error instanceof AsrError ? error.oneLine : messageOf(error);
    return { passed: false, figures: why };
  }
}
