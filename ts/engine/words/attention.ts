import { alignedWords } from "../../align/aligned-words.ts";
import { wordTimes } from "../../align/attention/word-times.ts";
import { spokenWords } from "../../align/words/words.ts";
import type { TimedWord } from "../../contract/transcript.ts";
import type { ModelInfo } from "../../native/model-info.ts";
import type { HeardAnswer } from "../decode/answer-listener.ts";

/** The words of an answer by what its tokens looked at; the session keeps that, see `alignment`. */
export function attentionWords(
  { session, audio, chunk, pieces, position }: HeardAnswer,
  { alignmentOffset: offset }: Pick<ModelInfo, "alignmentOffset">,
): TimedWord[] {
  const { text, language } = chunk;
  const words = spokenWords(text, language);
  const [first, last] = [pieces[0]?.token, pieces.at(-1)?.token];
  if (words.length === 0 || first === undefined || last === undefined) {
    const { start, end } = audio;
    return alignedWords({ text, words: [], slots: [], segmentMs: 1, start, seconds: end - start });
  }
  // What a token chooses is the one behind it.
  const begin = position + first - 1;
  const rows = (from: number, to: number) =>
    session.alignment({ from: begin + from, to: begin + to });
  // Tokens that were cut out wrote nothing.
  let at = 0;
  const places = new Map(pieces.map((piece) => [piece.token, piece]));
  const tokens = Array.from({ length: last - first + 1 }, (_, index) => {
    const piece = places.get(first + index) ?? { from: at, to: at };
    at = piece.to;
    return piece;
  });
  return wordTimes({ text: chunk.text, rows, tokens, words, audio, offset });
}
