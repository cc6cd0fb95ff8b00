import type { Edit } from "../comparison/align.ts";
import type { Unit } from "./score.ts";

const indent = "  ref  ".length;
const maxRows = 8;
/** Units around an error that are shown; what lies further from one is "…". */
const context = 5;

/**
 * An alignment as two texts above each other, errors marked S, D and I below, broken into rows of
 * `width` columns:
 *
 *   ref  please wait for me at the post office
 *   hyp  please want for me at *** post office
 *               S              D
 *
 * Stretches without errors are left out, and so are rows behind the eighth.
 */
export function alignmentText(edits: readonly Edit[], unit: Unit, width: number): string {
  const gap = unit === "words" ? " " : "";
  const rows: Cell[][] = [[]];
  let used = indent;
  for (const cell of cellsOf(edits)) {
    const size = Bun.stringWidth(cell[0]) + gap.length;
    if (used + size > width && rows.at(-1)!.length > 0) {
      rows.push([]);
      used = indent;
    }
    rows.at(-1)!.push(cell);
    used += size;
  }
  const line = (head: string, row: Cell[], index: 0 | 1 | 2) =>
    `${`  ${head}`.padEnd(indent)}${row.map((cell) => cell[index]).join(gap)}`.trimEnd();
  const shown = rows.slice(0, maxRows).flatMap((row) => {
    const marks = line("", row, 2);
    return [line("ref", row, 0), line("hyp", row, 1), ...(marks === "" ? [] : [marks])];
  });
  if (rows.length > maxRows) shown.push(`  … ${rows.length - maxRows} more rows`);
  return `${shown.join("\n")}\n`;
}

/** Reference, hypothesis and mark, padded to one width. */
type Cell = [string, string, string];

function cellsOf(edits: readonly Edit[]): Cell[] {
  const cells: Cell[] = [];
  const wrong = edits.flatMap(({ kind }, index) => (kind === "hit" ? [] : [index]));
  let [next, skipping] = [0, false];
  for (const [index, edit] of edits.entries()) {
    while ((wrong[next] ?? edits.length) < index - context) next++;
    const near = Math.abs((wrong[next] ?? Number.POSITIVE_INFINITY) - index) <= context;
    if (near) cells.push(cellOf(edit));
    else if (!skipping) cells.push(["…", "…", " "]);
    skipping = !near;
  }
  return cells;
}

function cellOf(edit: Edit): Cell {
  switch (edit.kind) {
    case "hit":
      return padded(edit.ref, edit.hyp, "");
    case "substitution":
      return padded(edit.ref, edit.hyp, "S");
    case "deletion":
      return padded(edit.ref, "*".repeat(Bun.stringWidth(edit.ref)), "D");
    case "insertion":
      return padded("*".repeat(Bun.stringWidth(edit.hyp)), edit.hyp, "I");
  }
}

function padded(...texts: Cell): Cell {
  const width = Math.max(...texts.map((text) => Bun.stringWidth(text)));
  const [ref, hyp, mark] = texts.map((text) => text + " ".repeat(width - Bun.stringWidth(text)));
  return [ref!, hyp!, mark!];
}
