/** Waits until something is true; throws when it does not become so within so many seconds. */
export async function until(isTrue: () => boolean | Promise<boolean>, seconds = 5) {
  const end = performance.now() + 1000 * seconds;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`not so after ${seconds} s: ${isTrue}`);
    await Bun.sleep(2);
  }
}
