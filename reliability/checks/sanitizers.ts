import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  accelerateTest,
  type CppProgram,
  compiled,
  kernelsTest,
  shimTest,
} from "../../tools/cpp.ts";
import { depsFolder, root } from "../../tools/folders.ts";
import { modelFolder } from "../../ts/native/locate.ts";
import type { Check, CheckModule, Random, Trials } from "../check.ts";
import { compiledNative, linked, run, withoutClang } from "../compiler.ts";
import { driveArguments } from "../prompt.ts";
import { randomOf } from "../random.ts";

export const check: Check = {
  number: 13,
  title: "sanitizers",
  tries:
    "kernels, shim and vDSP under address, undefined-behaviour and thread sanitizers with " +
    "their tests; the Swift loader under the address sanitizer with mutants of checks 1 and " +
    "3, 50 an input, and a transcription: no report",
  inputs: 105,
  inputsOfTest: 0,
  hangMs: 3_600_000,
  notRun: withoutClang,
};

type Job =
  | { tests: string; sanitizers: string }
  | { transcription: true }
  | { mutantsOf: 1 | 3; from: number };

const programs: Record<string, CppProgram> = {
  kernels: kernelsTest,
  shim: shimTest,
  vDSP: accelerateTest,
};
const memory = "address,undefined";
const jobs: Job[] = [
  { tests: "kernels", sanitizers: memory },
  { tests: "shim", sanitizers: memory },
  { tests: "vDSP", sanitizers: memory },
  { tests: "kernels", sanitizers: "thread" },
  { transcription: true },
];
const mutantsOfJob = 50;

/** Runs programs that were compiled to find faults. */
export async function open(folder: string): Promise<Trials<Job>> {
  let driver: Promise<string> | undefined;
  const sources: Record<1 | 3, Trials<Uint8Array>> = {
    1: await mutants("safetensors", folder),
    3: await mutants("config", folder),
  };

  async function judge(job: Job): Promise<string | undefined> {
    if ("tests" in job) {
      const { tests, sanitizers } = job;
      return await reported([await compiled({ ...programs[tests]!, sanitizers })]);
    }
    driver ??= sanitizedDriver();
    if ("transcription" in job)
      return await reported([await driver, ...(await driveArguments(folder))]);
    const homes = Array.from({ length: mutantsOfJob }, (_, i) => join(folder, `${i}`));
    for (const [i, home] of homes.entries()) {
      const index = job.from + i;
      const bytes = sources[job.mutantsOf].input(randomOf(0, job.mutantsOf, index), index);
      mutantFolder(home, job.mutantsOf === 1 ? "model.safetensors" : "config.json", bytes);
    }
    return await reported([await driver, ...homes]);
  }

  function input(_: Random, index: number): Job {
    const at = index - jobs.length;
    return jobs[index] ?? { mutantsOf: at % 2 === 0 ? 1 : 3, from: (at >> 1) * mutantsOfJob };
  }

  return { input, judge };
}

async function mutants(name: string, folder: string): Promise<Trials<Uint8Array>> {
  const module: CheckModule = await import(`./${name}.ts`);
  const home = join(folder, name);
  mkdirSync(home);
  return (await module.open(home)) as unknown as Trials<Uint8Array>;
}

/** The demo with one file of its own. */
function mutantFolder(home: string, name: string, bytes: Uint8Array): void {
  mkdirSync(home, { recursive: true });
  for (const file of ["config.json", "model.safetensors"]) {
    if (file !== name) copyFileSync(join(modelFolder("demo"), file), join(home, file));
  }
  writeFileSync(join(home, name), bytes);
}

/** What a sanitizer said, if anything. */
async function reported(command: string[]): Promise<string | undefined> {
  const child = Bun.spawn(command, {
    env: {
      ...process.env,
      // Swift's runtime keeps what it allocates once.
      ASAN_OPTIONS: "detect_leaks=0",
      UBSAN_OPTIONS: "print_stacktrace=1",
      // The library looks for its neighbours from where it lies otherwise.
      LD_LIBRARY_PATH: ["mlx/lib", "scipy_openblas32/lib"]
        .map((path) => join(depsFolder, path))
        .join(":"),
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const status = await child.exited;
  if (/Sanitizer|runtime error/.test(errors)) return errors.slice(0, 4000);
  return status === 0 || status === 3
    ? undefined
    : `status ${status}: ${out}${errors}`.slice(0, 4000);
}

/** The Swift library with the address sanitizer, which takes some minutes, and a program on it. */
async function sanitizedDriver(): Promise<string> {
  const build = join(root, ".build/asan");
  const library = join(build, "release/libBunASR.so");
  const swift = ["swift", "build", "--configuration", "release", "--sanitize=address"];
  await run([...swift, "--build-path", build, "--product", "BunASR"]);
  if (!existsSync(library)) throw new Error(`${dirname(library)} holds no library`);
  return await compiledNative("drive.c", [...linked(library), "-fsanitize=address"], "drive-asan");
}
