import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { libraryPath } from "./native.ts";
import { depsFolder, root } from "./setup/folders.ts";

/** A C++ test program under swift/Tests, with the code that it tests. */
interface Program {
  name: string;
  tests: string;
  tested: string;
  options: string[];
  /** What is tested lies in the Swift library, which is built, and is not compiled again. */
  inLibrary?: boolean;
}

const releaseFolder = dirname(libraryPath);
const openblas = join(depsFolder, "scipy_openblas32");
const programs: Program[] = [
  {
    name: "the CPU kernels of every table agree with plain loops",
    tests: "swift/Tests/kernels",
    tested: "swift/Linux/CMLX/kernels",
    options: ["-lpthread"],
  },
  {
    name: "what is done to MLX's graph leaves its values alone",
    tests: "swift/Tests/cmlx",
    tested: "swift/Linux/CMLX",
    options: [`-L${releaseFolder}`, "-lBunASR", `-Wl,-rpath,${releaseFolder}`],
    inLibrary: true,
  },
  {
    name: "vDSP and vForce do what Apple documents",
    tests: "swift/Tests/accelerate",
    tested: "swift/Linux/Accelerate",
    options: [
      ...[`-I${join(depsFolder, "mlx/include")}`, `-I${join(openblas, "include")}`],
      ...[`-L${join(openblas, "lib")}`, "-lscipy_openblas", `-Wl,-rpath,${join(openblas, "lib")}`],
    ],
  },
];

function filesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.map((name) => join(root, folder, name)).filter((path) => statSync(path).isFile());
}

/** Compiles a program unless it is newer than its sources. */
async function compiled({ tests, tested, options, inLibrary }: Program): Promise<string> {
  const program = join(root, ".build/tests", tests.slice(tests.lastIndexOf("/") + 1));
  const files = [tests, tested].flatMap(filesIn);
  const built = statSync(program, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built > Math.max(...files.map((file) => statSync(file).mtimeMs))) return program;
  mkdirSync(dirname(program), { recursive: true });
  const sources = inLibrary ? filesIn(tests) : files;
  const units = sources.filter((file) => file.endsWith(".cpp"));
  const includes = [tests, tested, `${tested}/include`].map((folder) => `-I${join(root, folder)}`);
  const command = ["clang++", "-std=c++20", "-O2", ...units, ...includes, ...options];
  const child = Bun.spawn([...command, "-o", program], { stderr: "pipe" });
  const errors = await child.stderr.text();
  if ((await child.exited) !== 0) throw new Error(errors);
  return program;
}

// On Apple the kernels are MLX's own, and Accelerate is Apple's.
test.skipIf(process.platform === "darwin").each(programs)(
  "$name",
  async (program) => {
    const child = Bun.spawn([await compiled(program)], { stdout: "pipe" });
    const output = await child.stdout.text();
    expect(output).not.toContain("FAIL");
    expect(output).toMatch(/(^|\n)[1-9]\d* passed, 0 failed\n$/);
    expect(await child.exited).toBe(0);
  },
  600_000,
);
