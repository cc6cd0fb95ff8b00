const fullWidth = 24;
/** Shorter ones tell less than the number before them. */
const minWidth = 5;

/**
 * A share of 0 to 1 as a line of characters, as ` 25 % ██████░░░░░░░░░░░░░░░░░░`, in so many
 * columns: with a shorter bar or none where there is no room.
 */
export function bar(share: number, columns = Number.POSITIVE_INFINITY): string {
  const width = Math.min(fullWidth, columns - percent(share).length - 1);
  if (width < minWidth) return percent(share);
  const full = Math.floor(width * share);
  return `${percent(share)} ${"█".repeat(full)}${"░".repeat(width - full)}`;
}

/** A share of 0 to 1 in five columns, as ` 25 %`. */
export function percent(share: number): string {
  return `${Math.floor(100 * share)} %`.padStart(5);
}
