/** Waits until something is true; throws when it does not become so within so many seconds. */
export async function until(isTrue: () => boolean, seconds = 5): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`not so after ${seconds} s: ${isTrue}`);
    await Bun.sleep(2);
  }
}
