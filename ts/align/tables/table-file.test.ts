import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTables, tableBytes, tablesOf, writeTables } from "./table-file.ts";

const tables = {
  texts: { words: ["", "か", "\u{20000}\n"], none: [] },
  numbers: { rows: Float32Array.of(1.5, -0, 3e38), none: new Float32Array() },
};

test("what is written is read, and nothing else is", () => {
  const bytes = tableBytes(tables);
  expect(tablesOf(bytes)).toEqual(tables);
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1 << (at % 8);
    expect(tablesOf(changed)).toBeUndefined();
    expect(tablesOf(bytes.subarray(0, at))).toBeUndefined();
  }
});

test("readers see a whole file, whoever writes it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bun-asr-tables-"));
  try {
    const path = join(folder, "words/x.tables");
    expect(await readTables(path)).toBeUndefined();
    const writers = Array.from({ length: 8 }, () => writeTables(path, tables));
    await Promise.race(writers);
    for (let round = 0; round < 20; round++) expect(await readTables(path)).toEqual(tables);
    await Promise.all(writers);
    expect(readdirSync(join(folder, "words"))).toEqual(["x.tables"]);
    writeFileSync(path, "something else");
    expect(await readTables(path)).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
