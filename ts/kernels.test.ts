import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dir, "..");
const kernels = join(root, "swift/Linux/CMLX/kernels");
const source = join(root, "swift/Tests/kernels/kernels_test.cpp");
const program = join(root, ".build/tests/kernels");

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The test is a C++ program of its own: it runs every kernel table that this machine supports. */
async function compile(): Promise<void> {
  const files = readdirSync(kernels).map((name) => join(kernels, name));
  if (modified(program) > Math.max(...[source, ...files].map(modified))) return;
  mkdirSync(dirname(program), { recursive: true });
  const units = [source, ...files.filter((file) => file.endsWith(".cpp"))];
  const options = ["-std=c++20", "-O2", `-I${kernels}`, "-lpthread", "-o", program];
  const child = Bun.spawn(["clang++", ...units, ...options], { stderr: "pipe" });
  const errors = await child.stderr.text();
  if ((await child.exited) !== 0) throw new Error(errors);
}

// On Apple the kernels are MLX's own.
test.skipIf(process.platform === "darwin")(
  "the C++ kernels agree with plain loops",
  async () => {
    await compile();
    const child = Bun.spawn([program], { stdout: "pipe" });
    const output = await child.stdout.text();
    expect(output).not.toContain("FAIL");
    expect(output).toMatch(/\n[1-9]\d* passed, 0 failed\n$/);
    expect(await child.exited).toBe(0);
  },
  600_000,
);
