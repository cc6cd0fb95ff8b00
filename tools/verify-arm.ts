import { existsSync, readdirSync } from "node:fs";
import { AsrError } from "../ts/contract/errors.ts";
import { type CppProgram, compiled, kernelsTest } from "./cpp.ts";
import { toStderr } from "./setup.ts";

const target = "aarch64-linux-gnu";
/** Where Debian's packages for compiling for other machines lie. */
const headers = `/usr/${target}/include`;
const runtime = `/usr/lib/gcc-cross/${target}`;
const emulator = "qemu-aarch64-static";
const packages = "qemu-user-static libstdc++-12-dev-arm64-cross binutils-aarch64-linux-gnu";

/**
 * The command `verify --arm`: the tests of the CPU kernels with the tables of ARM, in an emulator.
 * Returns the exit status.
 */
export async function verifyArm(): Promise<number> {
  const found = Bun.which(emulator);
  if (found === null || !existsSync(`${headers}/c++`) || !existsSync(runtime)) {
    const hint = `install them (Debian: apt install ${packages})`;
    throw new AsrError("native", `${emulator} or a C++ library for ${target} is missing`, hint);
  }
  toStderr("verify: compiling the kernels for ARM, then their tests in an emulator (minutes)");
  const program = await compiled(kernelsOnArm());
  const runner = [found, "-cpu", "max"];
  const child = Bun.spawn([...runner, program], {
    env: { ...process.env, KERNELS_TEST_RUNNER: runner.join(" ") },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  return await child.exited;
}

function kernelsOnArm(): CppProgram {
  const [library, compiler] = [newest(`${headers}/c++`), newest(runtime)];
  return {
    ...kernelsTest,
    target,
    compile: [`${headers}/c++/${library}`, `${headers}/c++/${library}/${target}`, headers].flatMap(
      (folder) => ["-isystem", folder],
    ),
    link: [
      "-static",
      "-fuse-ld=lld",
      `-B${runtime}/${compiler}`,
      `-L${runtime}/${compiler}`,
      `-L/usr/${target}/lib`,
      ...kernelsTest.link,
    ],
  };
}

/** The folder with the largest number. */
function newest(folder: string): string {
  return readdirSync(folder).sort((a, b) => Number(b) - Number(a))[0]!;
}
