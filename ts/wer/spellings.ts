import { wordsOf } from "../comparison/unicode.ts";
import table from "./spellings.txt" with { type: "text" };

const american = new Map(
  table
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line): [string, string] => {
      const [from = "", to = ""] = line.split(" ");
      return [from, to];
    }),
);

/** The text with American spellings for British ones. */
export function americanSpelling(text: string): string {
  return wordsOf(text)
    .map((word) => american.get(word) ?? word)
    .join(" ");
}
