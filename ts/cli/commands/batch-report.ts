import type { Report } from "../../batch/verify.ts";
import { clockText } from "../../text/clock-text.ts";

/** How a batch ends: unfinished, or wrong, is worse than rows of errors. */
const [done, unfinished, doneWithErrors] = [0, 1, 3];

/** The exit status that tells what a report has. */
export function statusOf({ missing, wrong, errors }: Report): number {
  if (missing.length > 0 || wrong.length > 0) return unfinished;
  return Object.keys(errors).length > 0 ? doneWithErrors : done;
}

/** A report for people. */
export function reportText(report: Report): string {
  const { shards, missing, items, rows, ok, errors, truncated, audio_s, wrong } = report;
  const lines = [
    `${shards - missing.length} of ${shards} shards, ${rows} of ${items} rows, ` +
      `${clockText(audio_s)} heard`,
    `${ok} ok`,
  ];
  if (truncated > 0) lines.push(`${truncated} of them may lack text`);
  for (const [code, count] of Object.entries(errors).sort()) lines.push(`${count} failed: ${code}`);
  if (missing.length > 0) {
    const left = missing.length === 1 ? "1 shard is" : `${missing.length} shards are`;
    lines.push(`${left} left, from ${missing[0]} on; "batch run" goes on`);
  }
  return [...lines, ...wrong.map((what) => `wrong: ${what}`)].map((line) => `${line}\n`).join("");
}
