import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { abi, ended, failed, nativeLibrary, symbolTable } from "./symbols.ts";

const header = readFileSync(
  join(import.meta.dir, "../../swift/CBunASR/include/bun_asr.h"),
  "utf8",
).replaceAll(/^\s*\/\/.*$/gm, "");

/** How a C type is bound; a view of bytes takes two parameters, pointer and length. */
function boundType(type: string, name: string): string {
  if (type === "const char *") return "cstring";
  if (type.endsWith("void *")) return "buffer";
  if (type.endsWith("*")) return "ptr";
  if (type === "uint64_t") return name.endsWith("_length") ? "buffer_length" : "u64";
  return (
    { void: "void", uint32_t: "u32", int32_t: "i32", int64_t: "i64", double: "f64" }[type] ??
    `unknown type ${type}`
  );
}

function split(declaration: string): [type: string, name: string] {
  const found = /^(.*?)(\w+)$/.exec(declaration.trim());
  return [found?.[1]?.trim() ?? "", found?.[2] ?? ""];
}

test("the symbol table says what the header says", () => {
  const declared: Record<string, { args: string[]; returns: string }> = {};
  for (const [, result, name, parameters] of header.matchAll(
    /^([\w ]+?\*?)\s*\b(asr_\w+)\(([^)]*)\);/gm,
  )) {
    const list = parameters === "void" ? [] : parameters!.split(",").map(split);
    declared[name!] = {
      args: list.map(([type, parameter]) => boundType(type, parameter)),
      returns: boundType(result!.trim(), ""),
    };
  }
  expect(Object.keys(declared).length).toBeGreaterThan(10);
  const bound: Record<string, unknown> = symbolTable;
  expect(bound).toEqual(declared);
});

test("the constants are the header's", () => {
  const constant = (name: string) =>
    Number(new RegExp(`#define ${name} \\(?(-?\\d+)`).exec(header)?.[1]);
  expect([abi, ended, failed]).toEqual(["ASR_ABI", "ASR_END", "ASR_FAILED"].map(constant));
});

test("each symbol stands under the prototype that the header has", () => {
  const source = readFileSync(join(import.meta.dir, "symbols.ts"), "utf8");
  const prototypes = [...source.matchAll(/^ {2}\/\/ (.*);\n {2}(asr_\w+):/gm)];
  expect(prototypes.map(([, , name]) => name)).toEqual(Object.keys(symbolTable));
  for (const [, prototype] of prototypes) expect(header).toContain(`${prototype};`);
});

test("the library opens and has the same ABI", () => {
  expect(nativeLibrary().asr_abi()).toBe(abi);
});
