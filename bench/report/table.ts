/** A table of results; the first column names the row, the others are numbers or short words. */
export interface Table {
  title: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** The table in Markdown, columns padded so that it reads as plain text too. */
export function markdownTable(table: Table): string {
  const head = table.head.map(escaped);
  const rows = table.rows.map((cells) => cells.map(escaped));
  const numeric = head.map((_, column) => rows.every((row) => isNumber(row[column] ?? "")));
  const widths = head.map((name, column) =>
    Math.max(3, ...[name, ...rows.map((row) => row[column] ?? "")].map((cell) => cell.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths
      .map((width, column) => {
        const cell = cells[column] ?? "";
        return numeric[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(" | ")} |`;
  const rule = widths.map((width, column) =>
    numeric[column] ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  return [line(head), line(rule), ...rows.map(line)].map((text) => `${text}\n`).join("");
}

/** A cell is one line without a column's end in it. */
function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}

/** Whether a cell lines up on its right: it starts as a number does. */
function isNumber(cell: string): boolean {
  return /^([-+~≤≥<>]?[0-9]|–$|$)/.test(cell);
}
