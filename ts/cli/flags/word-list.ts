import { AsrError } from "../../contract/errors.ts";
import { type Keyword, keywordList, parseKeyword } from "../../contract/keywords.ts";
import { shortened } from "../../contract/shortened.ts";
import { readTextFile } from "../files/text-file.ts";

/**
 * The words of a file for `--hotwords-file`: one on each line, as `WORD`, `WORD:WEIGHT`, or the
 * word, a tab and the weight. Empty lines and those that begin with `#` are left out. Throws
 * AsrError `usage` with the number of the line that cannot be meant as it stands.
 */
export function readWordList(path: string): Keyword[] {
  const lines = readTextFile(path, "--hotwords-file").split(/\r\n|\n|\r/);
  const all = lines.map((text, index) => ({ text: text.trim(), number: index + 1 }));
  const words = all.filter(({ text }) => text !== "" && !text.startsWith("#"));
  const haveNumbers = words.length > 1 && words.every(({ text }) => numberAtEnd.test(text));
  return words.flatMap(({ text, number }) => {
    try {
      return keywordList([wordOf(text, haveNumbers)]);
    } catch (error) {
      if (!(error instanceof AsrError)) throw error;
      const message = `--hotwords-file ${path}, line ${number}: ${error.message}`;
      throw new AsrError("usage", message, error.hint);
    }
  });
}

const numberAtEnd = / [+-]?\d+(?:\.\d+)?$/;
const decimalAtEnd = / [+-]?\d?\d\.\d+$/;

/**
 * What a line means. Other programs write a weight after a space, where a name can have its number:
 * `Boston 3.0`, `Windows 11`. A decimal number there is refused, and a whole one where all lines
 * have one (`haveNumbers`).
 */
function wordOf(line: string, haveNumbers: boolean): Keyword {
  const [word = "", weight, ...more] = line.split("\t");
  if (weight === undefined) {
    if (!haveNumbers && !decimalAtEnd.test(line)) return parseKeyword(line);
    const shown = shortened(line);
    const name = shown.slice(0, shown.lastIndexOf(" "));
    const ways = `a weight follows a tab or a colon, as in ${name}:3`;
    const hint = `${ways}; a word that ends so is "${shown}:"`;
    throw new AsrError("usage", `"${shown}" may be a word and its weight`, hint);
  }
  const value = weight.trim() === "" ? Number.NaN : Number(weight);
  if (more.length === 0 && !Number.isNaN(value)) return { word, weight: value };
  const message = `"${shortened(line.replaceAll("\t", " "))}" is not a word, a tab and a weight`;
  throw new AsrError("usage", message, "write a number after the tab, and nothing else");
}
