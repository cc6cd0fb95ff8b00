import type { Cue, CueWord } from "./cues/cue.ts";

/** How a cue's lines are written. */
export interface Marking {
  /** What becomes of text. */
  plain: (text: string) => string;
  /** What stands before a word, if anything. */
  before?: (word: CueWord) => string;
  /** What stands after it. */
  after?: (word: CueWord) => string;
}

/** The lines of a cue with something before or after its words. */
export function markedLines(
  { lines, words = [] }: Pick<Cue, "lines" | "words">,
  { plain, before = nothing, after = nothing }: Marking,
): string[] {
  const byLine = Map.groupBy(words, ({ line }) => line);
  return lines.map((line, index) => {
    let [marked, at] = ["", 0];
    for (const word of byLine.get(index) ?? []) {
      marked += plain(line.slice(at, word.from)) + before(word);
      marked += plain(line.slice(word.from, word.to)) + after(word);
      at = word.to;
    }
    return marked + plain(line.slice(at));
  });
}

const nothing = () => "";
