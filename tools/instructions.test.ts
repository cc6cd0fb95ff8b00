import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locateLibrary } from "../ts/native/locate.ts";

// Every instruction of the library is one that any x86-64 has, but those of the kernels that are
// chosen by what the processor says of itself: an inline function that such a file shares with
// others would become the program's only copy.

setDefaultTimeout(120_000);

/** Instructions since SSE3, but the few that are older than their names look. */
const newer = new RegExp(
  [
    "^(?!verr$|verw$|pm(?:in|ax)(?:sw|ub)$)(?:v[a-z]\\w*",
    "andn|bextr|bls\\w+|bzhi|mulx|pdep|pext|rorx|s[ah][rl]x|popcnt|movbe|crc32\\w*",
    "p?blend\\w*|ptest|round[sp][sd]|insertps|dpp[sd]|pshufb|phadd\\w+|palignr",
    "pmulld|pm(?:in|ax)[su][bdw]|pmov[sz]x\\w+|pinsr[bdq]|pextr[bdq])$",
  ].join("|"),
);
const chosenLater = /^_ZN(?:K)?7bun_asr(?:4avx2|7avxvnni|6avx512|10avx512vnni)/;

/** Newer instructions by the functions that have them. */
async function newerInstructions(library: string): Promise<Map<string, Set<string>>> {
  const command = ["objdump", "--disassemble", "--no-show-raw-insn", library];
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "inherit" });
  const found = new Map<string, Set<string>>();
  let name = "";
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith(" ")) name = /<(.*)>:$/.exec(line)?.[1] ?? name;
      const word = /\t(?:(?:lock|repz?|repnz|data16) )*(\w+)/.exec(line)?.[1];
      if (word === undefined || !newer.test(word)) continue;
      found.set(name, (found.get(name) ?? new Set()).add(word));
    }
  }
  expect(await child.exited).toBe(0);
  return found;
}

const isTold = process.arch === "x64" && process.platform === "linux";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-instructions-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.skipIf(!isTold)(
  "only kernels that are chosen by the processor are newer than it",
  async () => {
    const found = await newerInstructions(locateLibrary());
    const names = [...found.keys()];
    expect(names.filter((name) => chosenLater.test(name)).length).toBeGreaterThan(50);
    const others = names.filter((name) => !chosenLater.test(name));
    expect(others.map((name) => `${name}: ${[...found.get(name)!].join(" ")}`)).toEqual([]);
  },
);

test.skipIf(!isTold)("one instruction that is newer is found", async () => {
  const [source, library] = [join(folder, "a.c"), join(folder, "a.so")];
  const bodies = ["vzeroupper", "shlx %rax,%rax,%rax", "popcnt %rax,%rax", "pmaxsb %xmm0,%xmm0"];
  const functions = bodies.map((body, i) => `void f${i}(void) { __asm__("${body}"); }\n`);
  writeFileSync(source, `${functions.join("")}void g(void) { __asm__("pmaxsw %xmm0,%xmm0"); }\n`);
  const compiler = Bun.spawn(["clang", "-shared", "-nostdlib", "-o", library, source]);
  expect(await compiler.exited).toBe(0);
  const found = await newerInstructions(library);
  expect(Object.fromEntries([...found].map(([name, words]) => [name, [...words]]))).toEqual({
    f0: ["vzeroupper"],
    f1: ["shlx"],
    f2: ["popcnt"],
    f3: ["pmaxsb"],
  });
});
