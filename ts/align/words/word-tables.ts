import type { JapaneseTables } from "../japanese/tables.ts";

/** What it takes to cut Japanese and Korean as the official aligner does; see `ts/align/tables`. */
export interface WordTables {
  japanese?: JapaneseTables | undefined;
  /** The beginnings of Korean words that are words by themselves. */
  korean?: KoreanTables | undefined;
}

/** Words of two characters or more. */
export type KoreanTables = ReadonlySet<string>;
