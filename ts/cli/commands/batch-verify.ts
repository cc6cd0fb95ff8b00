import { stat } from "node:fs/promises";
import type { Item } from "../../batch/item.ts";
import { openOutput } from "../../batch/output/open.ts";
import { neededPlan } from "../../batch/plan.ts";
import { verifyOutput } from "../../batch/verify.ts";
import { AsrError } from "../../contract/errors.ts";
import { writeOutput } from "../files/write.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { BatchCall } from "./batch-call.ts";
import { reportText, statusOf } from "./batch-report.ts";

/** `batch verify`. Returns the exit status. */
export async function verifyArchive(
  { out, flags }: BatchCall,
  terminal: Terminal,
): Promise<number> {
  const again = flags.text("failed");
  if (again !== undefined) await checkFree(again);
  const output = openOutput(out);
  const plan = await neededPlan(output);
  const failed: Item[] = [];
  const report = await verifyOutput(output, plan, undefined, (item) => failed.push(item));
  terminal.out(flags.has("json") ? `${JSON.stringify(report)}\n` : reportText(report));
  if (again !== undefined) {
    const lines = failed.sort((a, b) => (a.id < b.id ? -1 : 1)).map((item) => JSON.stringify(item));
    await writeOutput(again, lines.map((line) => `${line}\n`).join(""), false);
  }
  return statusOf(report);
}

/** A manifest may be planned already: it is not replaced. Told before all parts are read. */
async function checkFree(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return;
  throw new AsrError("usage", `--failed ${path}: exists already`, "name another file or remove it");
}
