import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { checkLibraryFile } from "./library-file.ts";
import { locateLibrary } from "./locate.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-library-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: Uint8Array | string): string {
  const path = join(folder, name, "lib.so");
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** An ELF file of 64 bits with one segment that ends at `end`, and no sections. */
function elf(end: number, { machine = 62 } = {}): Buffer {
  const bytes = Buffer.alloc(200);
  bytes.write("\x7fELF\x02\x01\x01", "latin1");
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeBigUInt64LE(40n, 64 + 8);
  bytes.writeBigUInt64LE(BigInt(end) - 40n, 64 + 32);
  return bytes;
}

const linux = { platform: "linux", arch: "x64" };

describe("a library", () => {
  test("that is whole, and the one in use, are taken", () => {
    checkLibraryFile(written("whole", elf(200)), linux);
    checkLibraryFile(locateLibrary());
  });

  test.each([
    ["short", elf(201), "is cut short: 200 bytes of 201"],
    ["empty", "", "is no library: it has 0 bytes"],
    ["text", "not found\n".repeat(20), "is no library"],
    ["arm", elf(200, { machine: 183 }), "is for linux arm64, and this is linux x64"],
    ["odd", elf(200, { machine: 243 }), "is for linux on another processor, and this"],
    [
      "mac",
      Buffer.concat([Buffer.from("cffaedfe0c000001", "hex"), Buffer.alloc(200)]),
      "is for darwin arm64, and this is linux x64",
    ],
  ])("that is %s is refused", async (name, content, why) => {
    const path = written(name, content);
    await expectAsrError(() => checkLibraryFile(path, linux), "native", `${path}: ${why}`);
  });

  test("that cannot be read is refused", async () => {
    await expectAsrError(() => checkLibraryFile(folder, linux), "native", "is no file");
    const path = join(folder, "none.so");
    await expectAsrError(() => checkLibraryFile(path, linux), "native", "cannot be read");
  });

  test("of a Mac is taken there", () => {
    const mac = Buffer.concat([Buffer.from("cffaedfe0c000001", "hex"), Buffer.alloc(200)]);
    checkLibraryFile(written("there", mac), { platform: "darwin", arch: "arm64" });
  });

  test("is refused for the one beside it that it loads", async () => {
    const path = written("beside", elf(200));
    const other = join(folder, "beside/libother.so.3.1");
    writeFileSync(other, elf(300));
    await expectAsrError(() => checkLibraryFile(path, linux), "native", `${other}: is cut short`);
  });
});

test.skipIf(process.platform !== "linux")(
  "a library that was cut ends no process",
  async () => {
    const path = join(folder, "libBunASR.so");
    copyFileSync(locateLibrary(), path);
    truncateSync(path, Math.floor(Bun.file(path).size * 0.7));
    const main = join(import.meta.dir, "../cli/main.ts");
    const child = Bun.spawn([process.execPath, main, "-m", "demo"], {
      env: { ...process.env, BUN_ASR_LIBRARY: path },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const notes = await child.stderr.text();
    expect([await child.exited, notes]).toEqual([4, expect.stringContaining("is cut short: ")]);
    expect(notes).toMatch(/; unset BUN_ASR_LIBRARY, .*; "bun-asr doctor" tells more\n$/);
  },
  60_000,
);
