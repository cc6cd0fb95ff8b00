import type { DecodedChunk, TimedWord } from "../../contract/transcript.ts";

/**
 * The words of a live segment's settled text. A word that another one follows there is told, and
 * stays as it was told, whatever is found when there is more to hear.
 */
export class ToldWords {
  #words: readonly TimedWord[] = [];
  /** Length of the settled text. */
  #length = 0;

  /** Those that are told, in order. */
  get told(): readonly TimedWord[] {
    return this.#words.filter(({ to }) => to < this.#length);
  }

  /** Takes the words that were found in a text that begins with the settled one. */
  take(found: readonly TimedWord[], text: string, settled: string): void {
    const { length } = settled.trimEnd();
    this.#words = goingOn(this.told, found, text)
      .filter(({ from }) => from < length)
      .map((word) => ({ ...word, to: Math.min(word.to, length) }));
    this.#length = length;
  }

  /** The finished segment, or its first part, with the told words as they were told. */
  kept(chunk: DecodedChunk): DecodedChunk {
    const { told } = this;
    if (told.length === 0 || chunk.words === undefined) return chunk;
    return { ...chunk, words: goingOn(told, chunk.words, chunk.text) };
  }

  /** The settled text alone. */
  settled(chunk: DecodedChunk): DecodedChunk {
    return this.#words.length === 0 ? chunk : { ...chunk, words: this.#words };
  }
}

/** Words that were told, and those of what was found in the text that lies behind them. */
function goingOn(
  told: readonly TimedWord[],
  found: readonly TimedWord[],
  text: string,
): readonly TimedWord[] {
  const end = told.at(-1)?.to ?? 0;
  const rest = found.filter(({ to }) => to > end);
  const next = end + text.slice(end).search(/\S|$/u);
  return [...told, ...rest.map((word) => ({ ...word, from: Math.max(word.from, next) }))];
}
