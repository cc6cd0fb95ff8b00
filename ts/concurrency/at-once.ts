/**
 * Does `work` for all values, up to `count` of them at once, in the order in which they come. The
 * first one that fails is thrown; others that were begun go on.
 */
export async function doAtOnce<T>(
  count: number,
  values: Iterable<T>,
  work: (value: T) => Promise<void>,
): Promise<void> {
  const queue = Iterator.from(values);
  const next = async () => {
    for (const value of queue) await work(value);
  };
  await Promise.all(Array.from({ length: count }, next));
}
