import { join } from "node:path";
import { Worker } from "node:worker_threads";

/**
 * Asks a server for its health all the time until `work` is done, on a thread of its own. Resolves
 * to the milliseconds that each answer took.
 */
export async function watchedHealth(url: string, work: () => Promise<unknown>): Promise<number[]> {
  const watch = new Worker(join(import.meta.dir, "health-watch.ts"));
  try {
    watch.postMessage({ url: new URL("/health", url).href });
    await work();
    const { promise, resolve } = Promise.withResolvers<number[]>();
    watch.on("message", resolve);
    watch.postMessage({ end: true });
    return await promise;
  } finally {
    await watch.terminate();
  }
}
