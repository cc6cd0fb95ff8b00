import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { python } from "../toolchain.ts";
import { zip } from "./archive.ts";
import { run } from "./run.ts";

test("Python finds in an archive what was put into it, and which files are run", async () => {
  const work = mkdtempSync(join(tmpdir(), "bun-asr-archive-"));
  try {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const files = [
      { path: "bin/ü", content: bytes("#!/bin/sh\n".repeat(1000)), isExecutable: true },
      { path: "empty", content: bytes("") },
    ];
    const path = join(work, "a.zip");
    writeFileSync(path, zip(files));
    expect(Buffer.compare(readFileSync(path), zip(files))).toBe(0);
    const script = `
import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
print(archive.testzip())
for entry in archive.infolist():
    print(entry.filename, oct(entry.external_attr >> 16), entry.date_time, entry.file_size)
print(archive.read("bin/ü") == b"#!/bin/sh\\n" * 1000)
`;
    expect(await run([await python("a test"), "-c", script, path])).toBe(`None
bin/ü 0o100755 (1980, 1, 1, 0, 0, 0) 10000
empty 0o100644 (1980, 1, 1, 0, 0, 0) 0
True
`);
  } finally {
    rmSync(work, { recursive: true });
  }
});
