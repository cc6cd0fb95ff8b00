import { dlopen } from "bun:ffi";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

const exclusive = 2;
const withoutWaiting = 4;
const pollMs = 200;

/**
 * Runs `action` while no other process holds the lock file. The kernel drops the lock with the
 * process, so a killed set-up leaves nothing behind that a later one would wait for.
 */
export async function withLock<T>(
  path: string,
  onWait: () => void,
  action: () => Promise<T>,
): Promise<T> {
  const libc = dlopen(process.platform === "darwin" ? "libSystem.B.dylib" : "libc.so.6", {
    // int flock(int fd, int operation);
    flock: { args: ["i32", "i32"], returns: "i32" },
  });
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a");
  try {
    let waiting = false;
    while (libc.symbols.flock(file, exclusive | withoutWaiting) !== 0) {
      if (!waiting) onWait();
      waiting = true;
      await Bun.sleep(pollMs);
    }
    return await action();
  } finally {
    closeSync(file);
  }
}
