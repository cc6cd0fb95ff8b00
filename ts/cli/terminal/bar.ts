const width = 24;

/** A share of 0 to 1 as a line of characters, as ` 25 % ██████░░░░░░░░░░░░░░░░░░`. */
export function bar(share: number): string {
  const full = Math.floor(width * share);
  return `${percent(share)} ${"█".repeat(full)}${"░".repeat(width - full)}`;
}

/** A share of 0 to 1 in five columns, as ` 25 %`. */
export function percent(share: number): string {
  return `${Math.floor(100 * share)} %`.padStart(5);
}
