import { dlopen } from "bun:ffi";

/** What OpenBLAS looks at when it is loaded. */
const name = "OPENBLAS_NUM_THREADS";

/**
 * Loads what brings OpenBLAS along. It would start a thread for each core, and these spin before
 * they sleep, for some 20 ms of each core and just when weights are packed; yet the products that
 * are given to it here are too small for more than the calling thread. What the user set stays,
 * and so does what other libraries find.
 */
export function withoutBlasThreads<Loaded>(load: () => Loaded): Loaded {
  // On macOS the products are those of Accelerate.
  if (process.platform !== "linux" || process.env[name] !== undefined) return load();
  const libc = dlopen("libc.so.6", {
    // int setenv(const char *name, const char *value, int overwrite);
    setenv: { args: ["cstring", "cstring", "i32"], returns: "i32" },
    // int unsetenv(const char *name);
    unsetenv: { args: ["cstring"], returns: "i32" },
  });
  const text = (value: string) => Buffer.from(`${value}\0`);
  libc.symbols.setenv(text(name), text("1"), 1);
  try {
    return load();
  } finally {
    libc.symbols.unsetenv(text(name));
    libc.close();
  }
}
