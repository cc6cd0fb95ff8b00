/** Tries of what seems slow: the collector, or compiling, may have come in between. */
const tries = 3;

/**
 * Milliseconds of processor time that an action takes, which other programs do not add to; when it
 * is more than `enough`, the best of a few tries.
 */
export async function cost(enough: number, action: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < tries && best > enough; i++) {
    const before = process.cpuUsage();
    await action();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}
