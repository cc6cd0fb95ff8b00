import { languageCode } from "../../contract/languages.ts";
import type { Transcript } from "../../contract/transcript.ts";

/** The languages of a transcript by their codes; none where nothing is said. */
export function languageCodes({ language }: Transcript): { code: string }[] {
  return language.split(",").flatMap((name) => {
    const code = languageCode(name);
    return code === undefined ? [] : [{ code }];
  });
}

/**
 * The one language that OpenAI's older shapes have room for, by its English name in lower case:
 * the one that is spoken longest, or `asked` where nothing is said.
 */
export function mainLanguage({ segments }: Transcript, asked: string | undefined): string {
  const seconds = new Map<string, number>();
  for (const { language, start, end } of segments) {
    seconds.set(language, (seconds.get(language) ?? 0) + end - start);
  }
  const [longest] = [...seconds].sort(([, a], [, b]) => b - a);
  return (longest?.[0] || asked || "").toLowerCase();
}
