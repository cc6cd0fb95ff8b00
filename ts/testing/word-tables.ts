import { fileURLToPath } from "node:url";
import { WordTableSource } from "../align/tables/tables.ts";
import type { WordTables } from "../align/words/word-tables.ts";

/** Where tests keep the tables that they fetch from PyPI, once. */
const cacheDir = fileURLToPath(new URL("../../.cache/word-tables", import.meta.url));

const source = new WordTableSource({ cacheDir, offline: false });

/** The official tables of a language; it throws where they cannot be had. */
export async function officialTables(language: string): Promise<WordTables> {
  const { tables, note } = await source.of(language, { signal: AbortSignal.timeout(120_000) });
  if (note !== undefined) throw new Error(note);
  return tables;
}
