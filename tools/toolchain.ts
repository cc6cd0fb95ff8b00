import { realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { AsrError } from "../ts/contract/errors.ts";
import { root } from "./folders.ts";

/**
 * The Python that fetches wheels, $PYTHON or python3, with pip; `purpose` says what it is needed
 * for.
 */
export async function python(purpose: string): Promise<string> {
  const wanted = process.env["PYTHON"] ?? "python3";
  const found = Bun.which(wanted);
  if (found === null) {
    const hint = "install it (Debian: apt install python3 python3-pip), or set PYTHON to its path";
    throw new AsrError("native", `${wanted} was not found, and it fetches ${purpose}`, hint);
  }
  const interpreter = resolve(found);
  if (!(await succeeds([interpreter, "-m", "pip", "--version"]))) {
    const hint = "install it (Debian: apt install python3-pip)";
    throw new AsrError("native", `${interpreter} has no pip, and it fetches ${purpose}`, hint);
  }
  return interpreter;
}

/** The Swift compiler, after a check that it and its C++ can build the library. */
export async function swift(): Promise<string> {
  const compiler = Bun.which("swift");
  const get =
    process.platform === "darwin"
      ? "install Xcode 26.4 or later, or a Swift 6.3 toolchain from swift.org"
      : "install the Swift 6.3 toolchain from swift.org and put its usr/bin on PATH";
  if (compiler === null) throw new AsrError("native", "the Swift compiler was not found", get);
  const version = await output([compiler, "--version"]);
  const found = /Swift version (\d+)\.(\d+)/.exec(version);
  if (found === null) {
    const hint = "Debian: apt install libncurses6 libxml2 libcurl4 libz3-4 libedit2 libsqlite3-0";
    throw new AsrError("native", `${compiler} does not run: ${version.trim()}`, hint);
  }
  const [major, minor] = [Number(found[1]), Number(found[2])];
  if (major < 6 || (major === 6 && minor < 3)) {
    throw new AsrError("native", `${compiler} is Swift ${major}.${minor}, 6.3 is needed`, get);
  }
  if (process.platform !== "darwin") await checkCxx(compiler);
  return compiler;
}

/** The compiler of single files and linker, of the toolchain that `swift` belongs to. */
export async function swiftc(): Promise<string> {
  return join(await toolchainPrograms(), "swiftc");
}

/** The licence of the toolchain, and so of the runtime that is linked into the library. */
export async function swiftLicense(): Promise<string> {
  return join(await toolchainPrograms(), "../share/swift/LICENSE.txt");
}

async function toolchainPrograms(): Promise<string> {
  return dirname(realpathSync(await swift()));
}

/** The toolchain brings clang, but takes the headers of C and C++ from the system. */
async function checkCxx(compiler: string): Promise<void> {
  const clang = join(dirname(realpathSync(compiler)), "clang++");
  const child = Bun.spawn([clang, "-x", "c++", "-fsyntax-only", "-"], {
    stdin: new Blob(["#include <vector>\n#include <stdlib.h>\n"]),
    stdout: "ignore",
    stderr: "ignore",
  });
  if ((await child.exited) === 0) return;
  const hint = "Debian: apt install libstdc++-12-dev libc6-dev binutils";
  throw new AsrError("native", `${clang} does not find the C++ headers`, hint);
}

// Python looks for the modules of -m first where it stands: not where the user does.

async function succeeds(command: string[]): Promise<boolean> {
  const options = { cwd: root, stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  const child = Bun.spawn(command, options);
  return (await child.exited) === 0;
}

async function output(command: string[]): Promise<string> {
  const options = { cwd: root, stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
  const child = Bun.spawn(command, options);
  const [text, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return text || errors;
}
