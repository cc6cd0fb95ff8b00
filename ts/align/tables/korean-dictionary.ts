import type { KoreanTables } from "../words/word-tables.ts";
import type { TableFile } from "./table-file.ts";

/** Takes the words of the official dictionary, which stand first in its lines. */
export function fromDictionary(dictionary: Buffer): TableFile {
  const lines = dictionary.toString("utf8").split("\n");
  const words = new Set(lines.map((line) => line.trim().split(/\s/u)[0]!));
  // Shorter ones never stand alone: two characters are the least that is cut off.
  return {
    texts: { words: [...words].filter((word) => Array.from(word).length >= 2) },
    numbers: {},
  };
}

/** The dictionary as it is used. */
export function koreanTables({ texts }: TableFile): KoreanTables {
  return new Set(texts["words"]);
}
