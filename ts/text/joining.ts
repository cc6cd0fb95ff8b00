/**
 * What belongs between two texts that follow each other: a space, but not where the script writes
 * none (Chinese, Japanese, Thai, Lao, Khmer, Burmese). Korean writes spaces.
 */
export function separator(before: string, after: string): "" | " " {
  if (before === "" || after === "" || /\s$/u.test(before) || /^\s/u.test(after)) return "";
  const glued =
    wideStop.test(before) ||
    wideStart.test(after) ||
    (unspacedEnd.test(before) && unspacedStart.test(after));
  return glued ? "" : " ";
}

/** Two texts that were said one after the other as one. */
export function joinTexts(before: string, after: string): string {
  const [left, right] = [before.trimEnd(), after.trimStart()];
  return left + separator(left, right) + right;
}

/** How much of the end of a text tells what separates it from what follows. */
export const tailLength = 16;

/** Texts that were said one after the other as one, however many. */
export function joinAll(texts: Iterable<string>): string {
  const parts: string[] = [];
  let tail = "";
  for (const text of texts) {
    const trimmed = text.trim();
    if (trimmed === "") continue;
    parts.push(separator(tail, trimmed), trimmed);
    tail = trimmed.slice(-tailLength);
  }
  return parts.join("");
}

const wide = "[\\u3000-\\u303f\\uff01-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65]";
const unspaced =
  "[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー" +
  "\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]";

const wideStop = new RegExp(`${wide}["'”’]*$`, "u");
const wideStart = new RegExp(`^${wide}`, "u");
const unspacedEnd = new RegExp(`${unspaced}["'”’]*$`, "u");
const unspacedStart = new RegExp(`^["'“‘]*${unspaced}`, "u");
