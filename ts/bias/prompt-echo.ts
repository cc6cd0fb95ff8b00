/** Entries longer than this are prose: a speaker may well say what the context says. */
const maxEntryWords = 6;
/** Two names in the order of the list may well be speech; three with no word between are not. */
const minRun = 3;
/** Share of the transcript's words that must come from the list. */
const echoShare = 0.8;

/**
 * Whether a transcript is hardly more than the list of names and terms that stood in the prompt as
 * context, which the model sometimes writes when it hears little. It is when runs of 3 or more
 * entries in the order of the list make up 80 % of its words; case, punctuation and accents that
 * are written apart do not count. Entries are parted by commas, semicolons, bars or line breaks,
 * and those of more than 6 words are taken for prose and never match. A speaker who reads out the
 * list is not told from an echo: transcribe again without context and take that.
 */
export function echoesContext(text: string, context: string): boolean {
  const spoken = wordsOf(text);
  const entries = context.split(/[,;|、，；｜\n]+/u).map(wordsOf);
  const list = entries.filter((entry) => entry.length > 0);
  if (list.length < minRun || spoken.length === 0) return false;
  const starts = Map.groupBy(list.keys(), (index) => list[index]!.join(" "));
  let echoed = 0;
  for (let at = 0; at < spoken.length; ) {
    let longest = 0;
    for (let length = 1; length <= maxEntryWords; length++) {
      const entry = spoken.slice(at, at + length).join(" ");
      for (const index of starts.get(entry) ?? []) {
        longest = Math.max(longest, runLength(spoken, at, list, index));
      }
    }
    echoed += longest;
    at += Math.max(1, longest);
  }
  return echoed >= echoShare * spoken.length;
}

/** Words of `spoken` from `at` that are entries of `list` in a row; 0 when they are too few. */
function runLength(
  spoken: readonly string[],
  at: number,
  list: readonly (readonly string[])[],
  first: number,
): number {
  let [index, end] = [first, at];
  while (index < list.length) {
    const entry = list[index]!;
    if (entry.length > maxEntryWords || !entry.every((word, i) => word === spoken[end + i])) break;
    end += entry.length;
    index++;
  }
  return index - first >= minRun ? end - at : 0;
}

/** Words in small letters; where no spaces are written, each character is one. */
function wordsOf(text: string): string[] {
  const plain = text.normalize("NFKC").replaceAll("’", "'").toLowerCase();
  return plain.match(unspacedOrWord) ?? [];
}

const unspacedOrWord =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{M}\p{N}]+(?:'\p{L}+)*/gu;
