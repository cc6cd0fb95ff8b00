import { environmentPython } from "../tools/environment.ts";
import { toStderr } from "../tools/setup.ts";
import { AsrError } from "../ts/contract/errors.ts";
import { allChecks, type ListedCheck } from "./checks.ts";
import { resultTable, writePage } from "./page.ts";
import { referenceEnvironment } from "./reference.ts";
import { type Result, resultOf, storedResult, storeResult } from "./results.ts";
import { failuresFolder, runCheck } from "./trials.ts";

/** What `verify --hard` was asked for. */
export interface SuiteOptions {
  seed: number;
  /** The numbers of the checks; none: all. */
  numbers: readonly number[];
}

/**
 * Runs checks with all their inputs, prints a table of what was found and, when every check has a
 * result for this seed, puts it into docs/reliability.md. Returns the exit status.
 */
export async function runSuite({ seed, numbers }: SuiteOptions): Promise<number> {
  const all = await allChecks();
  const chosen = all.filter(({ check }) => numbers.length === 0 || numbers.includes(check.number));
  const unknown = numbers.find((number) => !all.some(({ check }) => check.number === number));
  if (unknown !== undefined) {
    const known = all.map(({ check }) => check.number).join(", ");
    throw new AsrError("usage", `verify --hard ${unknown}: no such check`, `choose from: ${known}`);
  }
  await environmentPython(referenceEnvironment, toStderr);
  const results: Result[] = [];
  for (const listed of chosen) results.push(await runListed(listed, seed));
  process.stdout.write(resultTable(all, results));
  const stored = all.map(({ check }) => storedResult(check.number, seed));
  const whole = stored.filter((result) => result !== undefined);
  if (whole.length === all.length) await writePage(all, whole);
  const isGood = results.every(({ crashes, hangs, wrong }) => crashes + hangs + wrong === 0);
  if (!isGood) toStderr(`verify: inputs that failed lie in ${failuresFolder}`);
  return isGood ? 0 : 1;
}

async function runListed(listed: ListedCheck, seed: number): Promise<Result> {
  const { check, path } = listed;
  toStderr(`verify: ${check.number} ${check.title}: ${check.inputs} inputs`);
  const notRun = await check.notRun?.();
  const found = notRun ?? (await runCheck({ path, seed, inputs: check.inputs }));
  const result = resultOf(listed, seed, found);
  storeResult(result);
  if (typeof found === "string") toStderr(`verify: ${check.number} not run: ${found}`);
  else for (const { index, kind, why } of found.failures) toStderr(`  ${index} ${kind}: ${why}`);
  return result;
}
