import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderName } from "../../hub/cache.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { doctorCommand, statusOf } from "./doctor.ts";

// Processes on a busy machine.
setDefaultTimeout(60_000);

const main = join(import.meta.dir, "../main.ts");

/** The report of a process with these variables. */
async function reported(variables: Record<string, string>, ...argv: string[]) {
  const child = Bun.spawn([process.execPath, main, "doctor", ...argv], {
    env: { ...process.env, ...variables },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { status: await child.exited, out, notes };
}

test("says that all works, with exit status 0", async () => {
  const cache = mkdtempSync(join(tmpdir(), "bun-asr-doctor-"));
  try {
    const { status, out, notes } = await reported({ HF_HUB_CACHE: cache });
    expect([status, notes]).toEqual([0, ""]);
    expect(out).toContain(`\nmodels     ${cache}, `);
    expect(out).toMatch(/\nself-test {2}the text is right: .*\n(?:note: .*\n)*all works\n$/);
  } finally {
    rmSync(cache, { recursive: true });
  }
});

test("has a fixed shape as JSON", async () => {
  const { out, status } = await outcomeOf((terminal) => doctorCommand.run(["--json"], terminal));
  const report = JSON.parse(out);
  expect(status).toBe(statusOf(report.problems));
  const shape = Object.entries(report).map(([name, value]) =>
    typeof value !== "object" || value === null || Array.isArray(value)
      ? name
      : `${name}: ${Object.keys(value).join(" ")}`,
  );
  expect(shape).toEqual([
    "ok",
    "versions: bunAsr bun mlx openBlas ffmpeg",
    "platform: os arch kernel libc",
    "cpu: model features cores allowedCores threads openBlasCore",
    "kernels: table why available",
    "memory: totalBytes availableBytes limitBytes",
    "places: library ffmpeg cache temporary",
    "models",
    "selfTest: ok text expected loadSeconds seconds audioSeconds",
    "notes",
    "problems",
  ]);
});

test("tells every problem at once, and goes on without a library", async () => {
  const { status, out } = await reported({
    BUN_ASR_LIBRARY: "/nonexistent/library.so",
    FFMPEG: "/nonexistent/ffmpeg",
    HF_HUB_CACHE: "/dev/null/hub",
    TMPDIR: "/dev/null",
  });
  expect(status).toBe(4);
  const problems = out.split("\n").filter((line) => line.startsWith("problem: "));
  expect(problems).toEqual([
    expect.stringContaining("BUN_ASR_LIBRARY=/nonexistent/library.so: no such file; set it"),
    expect.stringContaining("FFMPEG=/nonexistent/ffmpeg is not a program; set FFMPEG"),
    expect.stringContaining("/dev/null/hub: the cache of models cannot be written; set HF_HUB"),
    expect.stringContaining("/dev/null: no temporary folder can be made there; set TMPDIR"),
  ]);
  expect(out).not.toContain("doctor");
});

test("says which model of the cache is incomplete, with exit status 3", async () => {
  const cache = mkdtempSync(join(tmpdir(), "bun-asr-doctor-"));
  try {
    const snapshot = join(cache, folderName("some/asr"), "snapshots", "a".repeat(40));
    mkdirSync(snapshot, { recursive: true });
    writeFileSync(join(snapshot, "config.json"), '{"model_type": "qwen3_asr"}');
    const { status, out } = await reported({ HF_HUB_CACHE: cache }, "--json");
    expect(status).toBe(3);
    const { ok, models, problems, selfTest } = JSON.parse(out);
    expect([ok, selfTest.ok]).toEqual([false, true]);
    expect(models).toMatchObject([{ id: "some/asr", complete: false }]);
    const [{ code, message, hint }] = problems;
    expect([code, message]).toEqual(["model", expect.stringMatching(/^some\/asr is incomplete: /)]);
    expect(hint).toContain("models pull some/asr");
  } finally {
    rmSync(cache, { recursive: true });
  }
});

test("the gravest problem gives the exit status", () => {
  const of = (...codes: ("native" | "model" | "usage" | "input" | "internal")[]) =>
    statusOf(codes.map((code) => ({ code, message: "" })));
  expect([of(), of("input"), of("input", "usage")]).toEqual([0, 1, 2]);
  expect([of("usage", "model"), of("model", "native")]).toEqual([3, 4]);
  expect(of("native", "internal")).toBe(70);
});
