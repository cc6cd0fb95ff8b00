/**
 * Scripts that are written without spaces, also between sentences, and the punctuation and
 * full-width forms that go with them. (Korean has spaces between words, Thai between phrases.)
 */
const spaceless =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u3000-\u303f\uff00-\uff65]/u;
const fullWidthMark = /[\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]/u;

/** What belongs between two texts that follow each other: nothing, or a space. */
export function separator(before: string, after: string): "" | " " {
  const last = [...before.slice(-2)].at(-1);
  const [first] = after;
  if (last === undefined || first === undefined) return "";
  if (/\s/u.test(last) || /\s/u.test(first)) return "";
  if (fullWidthMark.test(last)) return "";
  return spaceless.test(last) && spaceless.test(first) ? "" : " ";
}

/** Joins the texts of chunks: no words glued, no spaces where a script has none. */
export function joined(texts: Iterable<string>): string {
  let whole = "";
  for (const text of texts) whole += separator(whole, text) + text;
  return whole;
}
