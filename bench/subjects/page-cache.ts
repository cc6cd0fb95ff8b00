import { dlopen } from "bun:ffi";
import { closeSync, fdatasyncSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";

const dontNeed = 4;

/**
 * Asks the system to forget the file contents of a folder, so that the next reader meets the disk.
 * False where the system has no such call.
 */
export function dropPages(folder: string): boolean {
  if (process.platform !== "linux") return false;
  const { symbols, close } = dlopen("libc.so.6", {
    // int posix_fadvise(int fd, off_t offset, off_t length, int advice);
    posix_fadvise: { args: ["i32", "i64", "i64", "i32"], returns: "i32" },
  });
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".safetensors"))) {
    const file = openSync(join(folder, name), "r");
    fdatasyncSync(file);
    symbols.posix_fadvise(file, 0, 0, dontNeed);
    closeSync(file);
  }
  close();
  return true;
}
