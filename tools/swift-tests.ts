import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildTests } from "./build.ts";
import { root } from "./folders.ts";
import { toStderr } from "./setup.ts";
import { type Counts, countsOf } from "./test-report.ts";
import { swift } from "./toolchain.ts";

/**
 * Compiles every target of the package that this machine can build, runs the Swift tests and counts
 * them. Where the compiler refuses, one has failed.
 */
export async function runSwiftTests(): Promise<Counts> {
  if (!(await buildTests(toStderr))) return { passed: 0, failed: 1 };
  // The runner adds its own suffix to the name.
  const output = join(root, ".build/swift-tests.xml");
  const report = join(root, ".build/swift-tests-swift-testing.xml");
  rmSync(report, { force: true });
  const options = ["--configuration", "release", "--skip-build", "--xunit-output", output];
  const child = Bun.spawn([await swift(), "test", ...options], {
    cwd: root,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [lines, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const status = await child.exited;
  // Every test and argument has a line; they matter when something went wrong.
  if (status !== 0) toStderr(lines + errors);
  const xml = existsSync(report) ? await Bun.file(report).text() : "";
  const counts = countsOf(/<testsuite [^>]*>/.exec(xml)?.[0] ?? "", status);
  toStderr(`swift tests: ${counts.passed} passed, ${counts.failed} failed`);
  return counts;
}
