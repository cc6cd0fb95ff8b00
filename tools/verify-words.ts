import { WordTableSource } from "../ts/align/tables/tables.ts";
import { spokenWords } from "../ts/align/words/words.ts";
import { AsrError } from "../ts/contract/errors.ts";
import { type CutLanguage, sentences } from "../ts/testing/sentences/sentences.ts";
import { officialWords } from "./official-words.ts";
import { toStderr } from "./setup.ts";

const languages: readonly CutLanguage[] = ["Japanese", "Korean"];

/** Sentences of each language. */
const count = 25_000;

/** Most differences that are shown. */
const maxShown = 20;

/**
 * The command `verify --words`: has sentences cut here and by the official implementation, prints a
 * row for each language, and returns the exit status.
 */
export async function verifyWords(seed: number): Promise<number> {
  let failed = 0;
  process.stdout.write("language sentences words left-out different seconds\n");
  for (const language of languages) {
    const { tables, note } = await new WordTableSource().of(language, {
      signal: new AbortController().signal,
    });
    if (note !== undefined) throw new AsrError("model", note);
    const texts = sentences(language, count, seed);
    toStderr(`verify: cutting ${count} sentences of ${language} by the official implementation`);
    const cut = await officialWords(language, texts);
    const begin = performance.now();
    const own = cut.map(({ text }) => spokenWords(text, language, tables));
    const seconds = (performance.now() - begin) / 1000;
    const different = cut.filter(({ text, words }, index) => {
      const found = own[index]!.map(({ spoken }) => spoken);
      if (found.length === words.length && found.every((word, at) => word === words[at]))
        return false;
      if (failed++ < maxShown) {
        toStderr(`${JSON.stringify(text)}\n  ${found.join(" ")}\n  ${words.join(" ")}`);
      }
      return true;
    });
    const words = own.reduce((sum, { length }) => sum + length, 0);
    const columns = [
      cut.length,
      words,
      texts.length - cut.length,
      different.length,
      seconds.toFixed(1),
    ];
    process.stdout.write(`${language} ${columns.join(" ")}\n`);
  }
  return failed === 0 ? 0 : 1;
}
