/** How many tests of a run passed and failed. */
export interface Counts {
  passed: number;
  failed: number;
}

/**
 * The counts in the opening tag of a JUnit report. A run that ends badly has failed, even where no
 * test has: something may not have loaded.
 */
export function countsOf(tag: string, status: number): Counts {
  const count = (name: string) => Number(new RegExp(`${name}="(\\d+)"`).exec(tag)?.[1] ?? 0);
  const [all, skipped, failures] = [count("tests"), count("skipped"), count("failures")];
  const failed = status === 0 && all > 0 ? failures : Math.max(1, failures);
  return { passed: Math.max(0, all - skipped - failures), failed };
}
