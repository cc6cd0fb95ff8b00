import type { TimeErrors } from "./errors.ts";
import type { FoundHeads } from "./find-heads.ts";
import { headsEntry } from "./written-heads.ts";

/** What was found, for people: the best single heads, the set, and what config.json says of it. */
export function foundText(found: FoundHeads): string {
  const { heads, errors, alone, words } = found;
  const name = (head: readonly number[]) => head.join("·");
  const rows = [
    ["head", "offset", "start", "end", "within 0.1 s", "0.2 s"],
    ...alone.map(({ head, ...own }) => [name(head), ...cells(own)]),
    ...(heads.length > 1 ? [["together", ...cells(errors)]] : []),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join("  "),
  );
  return `${lines.join("\n")}
layer·head, by ${words} words: ${heads.map(name).join(" ")}
"bun_asr": ${JSON.stringify(headsEntry(found))}
`;
}

function cells({ offset, start, end, within100ms, within200ms }: TimeErrors): string[] {
  const milliseconds = (seconds: number) => `${Math.round(1000 * seconds)} ms`;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    `${offset.toFixed(2)} s`,
    milliseconds(start),
    milliseconds(end),
    percent(within100ms),
    percent(within200ms),
  ];
}
