import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countsOf, failuresOf } from "./test-report.ts";

test("a report tells what failed, and why", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bun-asr-report-"));
  try {
    const file = join(folder, "some.test.ts");
    const report = join(folder, "report.xml");
    writeFileSync(
      file,
      `import { expect, test } from "bun:test";
test("good", () => {});
test('a < b & "c"', () => expect("FAIL of <x>").not.toContain("FAIL"));
test("thrown", () => {
  throw new Error("no & never");
});
`,
    );
    const options = ["--reporter=junit", `--reporter-outfile=${report}`];
    const child = Bun.spawn([process.execPath, "test", ...options, file], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    });
    expect(await child.exited).not.toBe(0);
    const text = await Bun.file(report).text();
    expect(countsOf(text, 1)).toEqual({ passed: 1, failed: 2 });
    const [first, second, ...rest] = failuresOf(text);
    expect(rest).toEqual([]);
    expect(first).toMatch(/some\.test\.ts: a < b & "c"\n/);
    expect(first).toContain('Received: "FAIL of <x>"');
    expect(second).toMatch(/some\.test\.ts: thrown\nError: no & never/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
