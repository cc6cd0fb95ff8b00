import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";
import type { Report } from "../../ts/doctor/report.ts";
import type { Outcome } from "../../ts/testing/recorded-terminal.ts";
import { root } from "../folders.ts";
import { gatherNativeParts } from "./native-parts.ts";

// The packed library, MLX and OpenBLAS included, and Bun itself, on processors that an emulator
// stands for: it refuses every instruction that such a one does not have.

// Emulated, and perhaps on a busy machine.
setDefaultTimeout(1_200_000);

const isX64Linux = process.platform === "linux" && process.arch === "x64";
const emulator = Bun.which("qemu-x86_64-static") ?? Bun.which("qemu-x86_64");

/** Without AVX, with AVX alone, and with AVX2, and the kernels of ours and of OpenBLAS for them. */
const processors = [
  ["Nehalem", "scalar", "Nehalem"],
  ["SandyBridge", "scalar", "Sandybridge"],
  ["Haswell", "avx2", "Haswell"],
] as const;

let work = "";
beforeAll(async () => {
  if (!isX64Linux) return;
  if (emulator === null) {
    const hint = "install it (Debian: apt install qemu-user-static)";
    throw new AsrError("native", "there is no qemu-x86_64-static", hint);
  }
  work = mkdtempSync(join(tmpdir(), "bun-asr-processors-"));
  await gatherNativeParts(join(work, "native"));
});
afterAll(() => {
  if (work !== "") rmSync(work, { recursive: true });
});

/** Runs a program as it would run on that processor. */
async function runOn(
  processor: string,
  command: readonly string[],
  environment: Record<string, string> = {},
): Promise<Outcome> {
  const library = join(work, "native/libBunASR.so");
  const child = Bun.spawn([emulator!, "-cpu", processor, ...command], {
    cwd: root,
    env: { ...process.env, BUN_ASR_LIBRARY: library, HF_HUB_CACHE: work, ...environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { status: await child.exited, out, notes };
}

const doctor = [process.execPath, "ts/cli/main.ts", "doctor", "--json"];

describe.skipIf(!isX64Linux).each(processors)("%s", (processor, table, blas) => {
  test("all works, with kernels that it can run", async () => {
    const { status, out } = await runOn(processor, doctor);
    const { kernels, cpu, notes, problems, selfTest }: Report = JSON.parse(out);
    expect([status, problems, selfTest?.ok]).toEqual([0, [], true]);
    expect([kernels?.table, kernels?.available.at(0), cpu.openBlasCore]).toEqual([
      table,
      table,
      blas,
    ]);
    const isTold = notes.some((note) => note.includes("no AVX2"));
    expect(isTold).toBe(table === "scalar");
  });

  test("every stage equals the official one, whatever the weights", async () => {
    const command = [process.execPath, "test", "--timeout", "600000", "ts/native/parity.test.ts"];
    const { status, notes } = await runOn(processor, command);
    expect([status, notes]).toEqual([0, expect.stringMatching(/\n *[23]\d pass\n *0 fail\n/)]);
  });
});

test.skipIf(!isX64Linux)("kernels that it cannot run are refused in words", async () => {
  const { status, out } = await runOn("SandyBridge", doctor, { BUN_ASR_KERNELS: "avx2" });
  const { problems }: Report = JSON.parse(out);
  const why = "BUN_ASR_KERNELS=avx2: this machine does not support it; choose one of scalar";
  expect([status, problems]).toEqual([4, [expect.objectContaining({ message: why })]]);
});

test.skipIf(!isX64Linux)("the emulator refuses what a processor does not have", async () => {
  const [source, program] = [join(work, "avx2.c"), join(work, "avx2")];
  writeFileSync(source, 'int main(void) { __asm__("vpaddd %ymm0,%ymm0,%ymm0"); return 0; }\n');
  const compiler = Bun.spawn(["clang", "-o", program, source]);
  expect(await compiler.exited).toBe(0);
  const statuses = [];
  for (const [processor] of processors) statuses.push((await runOn(processor, [program])).status);
  // 128 and SIGILL.
  expect(statuses).toEqual([132, 132, 0]);
});
