import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { installDevelopment } from "./development.ts";
import { clients, environmentPython } from "./environment.ts";
import { depsFolder, root } from "./folders.ts";
import { clangFormatWheel, zizmorWheel } from "./pins.ts";
import { toStderr } from "./setup.ts";
import { runSwiftTests } from "./swift-tests.ts";
import { type Counts, countsOf, failuresOf } from "./test-report.ts";
import { installWheels } from "./wheels.ts";

/** Type checks, lints and format checks; returns the exit status. The last line counts them. */
export async function check(): Promise<number> {
  await installDevelopment(toStderr);
  await installWheels([clangFormatWheel, zizmorWheel], toStderr);
  const bin = join(root, "node_modules/.bin");
  const formatted = ["ts", "tools", "bench", "reliability", "package.json", "tsconfig.json"];
  const checks: [string, string[]][] = [
    ["tsc", [join(bin, "tsc"), "--noEmit"]],
    // What runs in browsers has another library of types.
    ["tsc, page", [join(bin, "tsc"), "--noEmit", "-p", "ts/server/page/browser"]],
    ["biome", [join(bin, "biome"), "check", "--error-on-warnings", ...formatted]],
    [
      "clang-format",
      [
        join(depsFolder, "clang_format/data/bin/clang-format"),
        "--dry-run",
        "--Werror",
        ...cSources("swift"),
        ...cSources("bench"),
        ...cSources("reliability"),
      ],
    ],
    ["workflows", workflowCheck(".github")],
  ];
  const swift = Bun.which("swift");
  if (swift !== null && (await run([swift, "format", "--version"], "ignore")) === 0) {
    const paths = ["swift", "bench/optimisations", "Package.swift"];
    checks.push(["swift format", [swift, "format", "lint", "--strict", "--recursive", ...paths]]);
  } else {
    toStderr("check: this Swift toolchain has no swift format; Swift is not linted");
  }
  if (swift !== null) {
    const modules = join(root, ".build/check");
    checks.push(["the tool for Apple", ["sh", "swift/Tests/native/check.sh", modules]]);
  }
  let failed = 0;
  for (const [name, command] of checks) {
    const status = await run(command, "inherit");
    toStderr(`check: ${name} ${status === 0 ? "passed" : "failed"}`);
    if (status !== 0) failed++;
  }
  process.stdout.write(`check: ${checks.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/**
 * The command that says what GitHub would not accept of the workflows in a folder, and what is
 * unsafe in them, without asking anybody on the network.
 */
export function workflowCheck(folder: string): string[] {
  const program = join(depsFolder, `zizmor-${zizmorWheel.version}.data/scripts/zizmor`);
  return [program, "--offline", "--strict-collection", "--no-progress", "--quiet", folder];
}

/** The sources and headers of C and C++ in `folder`. */
function cSources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(?:c|cpp|h|inl)$/.test(path))
    .map((path) => join(folder, path))
    .sort();
}

/**
 * Runs the tests, all or those in the files that are named, among which `swift` stands for those in
 * Swift; returns the exit status. The last line counts them.
 */
export async function test(names: readonly string[]): Promise<number> {
  const files = names.filter((name) => name !== "swift");
  const runs = [
    ...(names.length === 0 || files.length < names.length ? [runSwiftTests] : []),
    ...(names.length === 0 || files.length > 0 ? [() => runBunTests(files)] : []),
  ];
  const total = { passed: 0, failed: 0 };
  for (const run of runs) {
    const { passed, failed } = await run();
    total.passed += passed;
    total.failed += failed;
  }
  process.stdout.write(`test: ${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 ? 0 : 1;
}

async function runBunTests(names: readonly string[]): Promise<Counts> {
  // A test would have to wait for it longer than tests may take.
  await environmentPython(clients, toStderr);
  const report = join(root, ".build/test-report.xml");
  rmSync(report, { force: true });
  const options = [
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    // A machine that is busy with other work must not fail them.
    "--timeout=60000",
  ];
  const files = names.length > 0 ? names : ["ts", "tools", "bench", "reliability"];
  const status = await run([process.execPath, "test", ...options, ...files]);
  const totals = existsSync(report) ? await Bun.file(report).text() : "";
  const head = /<testsuites[^>]*>/.exec(totals)?.[0] ?? "";
  for (const failure of failuresOf(totals)) toStderr(`failed: ${failure}`);
  return countsOf(head, status);
}

async function run(command: string[], output: "inherit" | "ignore" = "inherit"): Promise<number> {
  const options = { cwd: root, stdin: "ignore", stdout: output, stderr: output } as const;
  return await Bun.spawn(command, options).exited;
}
