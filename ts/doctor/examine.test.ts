import { describe, expect, setDefaultTimeout, test } from "bun:test";
import packageFile from "../../package.json";
import { examine, kernelsOf } from "./examine.ts";
import { Findings } from "./findings.ts";
import { reportText } from "./text.ts";

// A busy machine.
setDefaultTimeout(60_000);

test("what is found out on this machine is known, and its text is a line for each", async () => {
  const report = await examine();
  const { versions, kernels, places, selfTest, memory } = report;
  expect(versions).toMatchObject({ bunAsr: packageFile.version, bun: Bun.version });
  expect(versions.mlx).toMatch(/\d+\.\d+\.\d+$/);
  expect(kernels?.available).toContain(kernels!.table);
  expect(places.library?.path).toEndWith(process.platform === "linux" ? ".so" : ".dylib");
  expect(memory.availableBytes).toBeLessThanOrEqual(memory.totalBytes);
  expect(selfTest).toMatchObject({ ok: true, text: selfTest!.expected });
  expect(selfTest!.text).toContain("kitchen");
  const lines = reportText(report).split("\n");
  const names = lines.map((line) => /^\S+/.exec(line)?.[0]);
  for (const name of ["bun-asr", "system", "processor", "MLX", "kernels", "library", "self-test"]) {
    expect(names).toContain(name);
  }
});

test.skipIf(process.platform !== "linux")("Linux tells more", async () => {
  const { versions, platform, cpu } = await examine();
  expect(versions.openBlas).toMatch(/^\d+\.\d+/);
  expect(platform.libc).toMatch(/^glibc 2\.\d+$/);
  expect(cpu.openBlasCore).toMatch(/^\w+$/);
  expect(cpu.features.length).toBeGreaterThan(0);
  expect(cpu.allowedCores).toBeLessThanOrEqual(cpu.cores);
  expect(cpu.threads).toBeGreaterThan(0);
});

describe("the kernel table", () => {
  const tables = ["avx2", "scalar"];

  test("is the best one without a note", () => {
    const found = new Findings();
    const kernels = kernelsOf({ kernels: "avx2", tables }, found, "x64", undefined);
    expect(kernels).toEqual({ table: "avx2", why: "the best of this machine", available: tables });
    expect([found.notes, found.problems]).toEqual([[], []]);
  });

  test("of plain loops is noted where there is no AVX2, and is no problem", () => {
    const found = new Findings();
    kernelsOf({ kernels: "scalar", tables: ["scalar"] }, found, "x64", undefined);
    expect(found.notes).toEqual([expect.stringContaining("no AVX2: plain loops compute, slowly")]);
    expect(found.problems).toEqual([]);
    const arm = new Findings();
    kernelsOf({ kernels: "scalar", tables: ["scalar"] }, arm, "arm64", undefined);
    expect(arm.notes).toEqual([]);
  });

  test("that a variable asks for is told, and noted where a better one is there", () => {
    const found = new Findings();
    const forced = kernelsOf({ kernels: "scalar", tables }, found, "x64", "scalar");
    expect(forced?.why).toContain("BUN_ASR_KERNELS");
    expect(found.notes).toEqual([expect.stringContaining("is slower than avx2")]);
    const best = new Findings();
    expect(kernelsOf({ kernels: "avx2", tables }, best, "x64", "avx2")?.why).toContain("BUN_ASR");
    expect(best.notes).toEqual([]);
  });

  test("that cannot run is a problem", () => {
    const found = new Findings();
    const problem = "BUN_ASR_KERNELS=neon: unknown; choose one of avx2 scalar";
    expect(kernelsOf({ problem, tables }, found, "x64", "neon")).toBeNull();
    expect(found.problems).toMatchObject([{ code: "native", message: problem }]);
  });
});
