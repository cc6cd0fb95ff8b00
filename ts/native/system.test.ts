import { describe, expect, test } from "bun:test";
import { expectAsrError } from "../testing/expect-error.ts";
import { checkBun, checkSystem, libcOf, type System, thisSystem } from "./system.ts";

describe("Bun", () => {
  test.each(["1.4.0", "1.4.4", "1.10.0", "2.0.0", "1.4.0-canary.7+abc"])("%s will do", (version) =>
    checkBun(version),
  );

  test.each(["1.3.14", "1.0.0", "0.8.1", "1.3.9-canary.1"])("%s is too old", async (version) => {
    const why = `this is Bun ${version}, and bun-asr needs 1.4.0 or later; run bun upgrade`;
    await expectAsrError(() => checkBun(version), "native", why);
  });
});

describe("a system", () => {
  const debian: System = { bun: "1.4.4", platform: "linux", arch: "x64", libc: { name: "glibc" } };

  test("that there is a library for is taken", () => {
    checkSystem(debian, false);
    checkSystem({ ...debian, arch: "arm64" }, false);
    checkSystem({ ...debian, platform: "darwin", arch: "arm64", libc: undefined }, false);
    checkSystem(thisSystem(), false);
  });

  test.each([
    ["win32 on x64", { platform: "win32", libc: undefined }],
    ["darwin on x64", { platform: "darwin", libc: undefined }],
    ["linux on riscv64", { arch: "riscv64" }],
  ])("%s has none", async (name, other) => {
    const system = { ...debian, ...other };
    const why = `no library is made for ${name}; there is one for Linux on x64 and arm64`;
    await expectAsrError(() => checkSystem(system, false), "native", why);
    checkSystem(system, true);
  });

  test("with musl has none, but may have its own", async () => {
    const alpine: System = { ...debian, libc: { name: "musl" } };
    const why = "this system has musl, and the library needs glibc; use a system with glibc";
    await expectAsrError(() => checkSystem(alpine, false), "native", why);
    checkSystem(alpine, true);
    await expectAsrError(() => checkSystem({ ...alpine, bun: "1.3.0" }, true), "native", "Bun 1.3");
  });
});

describe.skipIf(process.platform !== "linux")("the C library", () => {
  test("is told by what is mapped", () => {
    // Of Alpine, and of Void and Debian, where that is a link.
    for (const path of ["/lib/ld-musl-x86_64.so.1", "/usr/lib/x86_64-linux-musl/libc.so"]) {
      const maps = `7f00-7f01 r-xp 00000000 08:01 131 ${path}\n7f01-7f02 rw-p 0 00:00 0\n`;
      expect(libcOf(maps)).toEqual({ name: "musl" });
    }
    const own = libcOf();
    expect(own?.name).toBe("glibc");
    expect(own?.version).toMatch(/^2\.\d+$/);
  });
});
