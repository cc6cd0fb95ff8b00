/** What a decoder may leave out of what a header counts, in seconds. */
const maxUnheard = 0.1;

/**
 * What to say where so many seconds of sound are promised and fewer came; undefined where all did,
 * or nothing is promised.
 */
export function shortfall(promised: number | undefined, came: number): string | undefined {
  if (promised === undefined || promised - came <= maxUnheard) return undefined;
  const said = `${promised.toFixed(1)} s of sound are promised`;
  return `it is cut short: ${said}, ${came.toFixed(1)} s came`;
}
