import type { JapaneseTables } from "../japanese/tables.ts";

/** What it takes to cut Japanese and Korean as the official aligner does; see `ts/align/tables`. */
export interface WordTables {
  japanese?: JapaneseTables | undefined;
  /** The beginnings of Korean words that are words by themselves. */
  korean?: KoreanTables | undefined;
}

/** The tables of a language, as far as there are any, and what a person should know of them. */
export interface FoundTables {
  tables: WordTables;
  /** Why words are cut by simpler rules, or why the tables will be fetched again. */
  note?: string | undefined;
}

/** Words of two characters or more. */
export type KoreanTables = ReadonlySet<string>;
