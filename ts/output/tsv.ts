import type { Transcript } from "../contract/transcript.ts";

/** Tab-separated values with a head line: start and end in whole milliseconds, and the text. */
export function tsv({ segments }: Transcript): string {
  const rows = segments.map(({ start, end, text }) =>
    [Math.round(start * 1000), Math.round(end * 1000), text.replaceAll(/\s+/g, " ")].join("\t"),
  );
  return ["start\tend\ttext", ...rows, ""].join("\n");
}
