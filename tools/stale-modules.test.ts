import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { removeStaleModules } from "./stale-modules.ts";

const folder = mkdtempSync(join(tmpdir(), "bun-asr-stale modules-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of this age, in seconds since 1970. */
function file(path: string, seconds: number, text = ""): string {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  utimesSync(whole, seconds, seconds);
  return whole.replaceAll(" ", "\\ ");
}

test("a module is compiled again when a header that it read is newer, or gone", () => {
  const old = file("include/old.h", 100);
  const changed = file("include/changed.h", 300);
  const gone = `${folder.replaceAll(" ", "\\ ")}/include/gone.h`;
  const modules = { Same: old, Changed: `${old} ${changed}`, Gone: gone, Swift: "" };
  for (const [name, headers] of Object.entries(modules)) {
    const object = file(`${name}.build/A.swift.o`, 200);
    const source = file(`${name}/A.swift`, 300);
    file(`${name}.build/${name}.d`, 200, `${object} : ${source} ${headers}\n`);
  }
  file("C.build/a.cpp.d", 200, `a.o: ${changed}\n`);
  file("C.build/a.cpp.o", 200);

  expect(removeStaleModules(folder).sort()).toEqual(["Changed", "Gone"]);
  const objects = ["Same", "Changed", "Gone", "Swift"].map((name) => `${name}.build/A.swift.o`);
  const kept = [...objects, "C.build/a.cpp.o"].filter((path) => existsSync(join(folder, path)));
  expect(kept).toEqual(["Same.build/A.swift.o", "Swift.build/A.swift.o", "C.build/a.cpp.o"]);
  expect(removeStaleModules(join(folder, "none"))).toEqual([]);
});
