import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memory, platformOf, processor } from "./machine.ts";
import { placeOf } from "./places.ts";

test("features are those that matter, from either kind of processor", () => {
  const x64 = "processor\t: 0\nflags\t\t: fpu sse4_2 avx avx2 fma f16c erms\nbugs\t\t: none\n";
  expect(processor(x64).features).toEqual(["sse4_2", "avx", "avx2", "fma", "f16c"]);
  const arm = "processor\t: 0\nFeatures\t: fp asimd aes asimddp\n";
  expect(processor(arm).features).toEqual(["asimd", "asimddp"]);
  expect(processor("").features).toEqual([]);
});

test("the C library is told where there is a choice", () => {
  expect(platformOf({ name: "glibc", version: "2.36" }).libc).toBe("glibc 2.36");
  expect(platformOf({ name: "musl" }).libc).toBe("musl");
  expect(platformOf(undefined).libc).toBeNull();
});

test("memory has a limit where a container sets one below what there is", () => {
  expect(memory(8e9, 2e9).limitBytes).toBe(2e9);
  // Without a limit systems say all of it, more than there is, or nothing.
  for (const none of [8e9, 2 ** 63, 0]) expect(memory(8e9, none).limitBytes).toBeNull();
});

test("a folder that is not there yet counts as the one in which it would be made", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bun-asr-places-"));
  try {
    const path = join(folder, "hub/models");
    const place = await placeOf(path);
    expect(place).toMatchObject({ path, writable: true });
    expect(place.freeBytes).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.skipIf(process.platform !== "linux")("what nobody can write to is told", async () => {
  expect(await placeOf("/proc/1/nothing")).toMatchObject({ writable: false });
});
