/** How many MiB this process grows by while `round` runs `rounds` times, after `first` rounds. */
export function growth(round: (i: number) => void, first: number, rounds: number): number {
  for (let i = 0; i < first; i++) round(i);
  Bun.gc(true);
  const before = process.memoryUsage.rss();
  for (let i = 0; i < rounds; i++) round(first + i);
  Bun.gc(true);
  return (process.memoryUsage.rss() - before) / 2 ** 20;
}
