import { expect, test } from "bun:test";
import { join } from "node:path";

/** The names of the threads of a process that has loaded the library, and what a library finds. */
const script = `
  import { dlopen } from "bun:ffi";
  import { readdirSync, readFileSync } from "node:fs";
  import { nativeLibrary } from ${JSON.stringify(join(import.meta.dir, "symbols.ts"))};
  nativeLibrary();
  const names = readdirSync("/proc/self/task").map((id) =>
    readFileSync("/proc/self/task/" + id + "/comm", "utf8"));
  const own = readFileSync("/proc/self/comm", "utf8");
  const { symbols } = dlopen("libc.so.6", { getenv: { args: ["cstring"], returns: "cstring" } });
  const found = symbols.getenv(Buffer.from("OPENBLAS_NUM_THREADS\\0"));
  // A thread has the name of the one that started it, unless it is given one, as Bun's are.
  console.log(JSON.stringify({
    unnamed: names.filter((name) => name === own).length,
    found: found === null ? null : String(found),
  }));
`;

const { OPENBLAS_NUM_THREADS: _, ...environment } = process.env;

async function loaded(env: Record<string, string>): Promise<{ unnamed: number; found: unknown }> {
  const child = Bun.spawn([process.execPath, "-e", script], {
    env: { ...environment, ...env },
    stdout: "pipe",
  });
  return JSON.parse(await child.stdout.text());
}

test.skipIf(process.platform !== "linux")("loading the library starts no threads", async () => {
  expect(await loaded({})).toEqual({ unnamed: 1, found: null });
});

test.skipIf(process.platform !== "linux")("what the user set stays", async () => {
  expect((await loaded({ OPENBLAS_NUM_THREADS: "3" })).found).toBe("3");
});
