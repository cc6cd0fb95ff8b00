import type { Word } from "../../../contract/transcript.ts";
import { separator } from "../../../text/joining.ts";
import type { Turn } from "./captions.ts";
import type { Result } from "./result.ts";

/** A stretch of a transcript that looks and acts as one. */
export interface Piece {
  /** The same for the same stretch while the text grows. */
  key: string;
  text: string;
  /** What stands before it, where it does not begin a paragraph. */
  gap: string;
  /** Whether it begins a paragraph whatever the times say. */
  isNew: boolean;
  /** Text that may still change. */
  isProvisional: boolean;
  /** Where it begins in the recording, in seconds; undefined where that is unknown. */
  start: number | undefined;
  end: number | undefined;
  words: readonly Word[];
}

/** Seconds of silence that end a paragraph, and the length after which a sentence does. */
const longPause = 2;
const longParagraph = 60;

/** A result as pieces: its sentences, and what was written after the last of them. */
export function piecesOf({ text, segments }: Result): Piece[] {
  let [at, before] = [0, ""];
  const pieces = segments.map((segment): Piece => {
    const found = text.indexOf(segment.text, at);
    if (found >= 0) at = found + segment.text.length;
    const { id, start, end, words = [] } = segment;
    const gap = separator(before, segment.text);
    before = segment.text;
    return { ...untimed, key: `s${id}`, text: segment.text, gap, start, end, words };
  });
  const rest = text.slice(at).trim();
  if (rest === "") return pieces;
  return [...pieces, { ...untimed, key: "rest", text: rest, gap: separator(before, rest) }];
}

let last: { result: Result; pieces: Piece[] } | undefined;

/** The same pieces for the same result: four hours have thousands of them, with all their words. */
export function piecesOnce(result: Result): Piece[] {
  if (last?.result !== result) last = { result, pieces: piecesOf(result) };
  return last.pieces;
}

const untimed = { isNew: false, isProvisional: false, start: undefined, end: undefined, words: [] };

/**
 * About as much as is said in a minute, to the end of a sentence: who speaks without a pause has
 * paragraphs, too, while there are no times of sentences yet.
 */
const longParts = /[\s\S]{800,}?(?:[.!?…؟।](?=\s)|[。！？])|[\s\S]+$/g;

/** Turns of a microphone as pieces. */
export function piecesOfTurns(turns: readonly Turn[]): Piece[] {
  let before = "";
  return turns.flatMap(({ id, settled, provisional, start, end }) => {
    const told = { ...untimed, start, end };
    const parts = settled.trim().match(longParts) ?? [];
    const rest = provisional.trim();
    // What may come belongs to a word of its turn, or begins with a space.
    const inner = /^\s/.test(provisional) || /\s$/.test(settled) ? " " : "";
    const pieces = [
      ...parts.map((part, index) => {
        const text = part.trim();
        return {
          ...told,
          key: `${id} ${index}`,
          text,
          gap: separator(before, text),
          isNew: index > 0,
        };
      }),
      {
        ...told,
        key: `${id} provisional`,
        text: rest,
        gap: parts.length === 0 ? separator(before, rest) : inner,
        isProvisional: true,
      },
    ].filter(({ text }) => text !== "");
    before = pieces.at(-1)?.text ?? before;
    return pieces;
  });
}

/** Pieces in paragraphs: a new one after a long pause, and with the first piece after a minute. */
export function paragraphsOf(pieces: readonly Piece[]): Piece[][] {
  const paragraphs: Piece[][] = [];
  let [began, ended] = [0, Number.POSITIVE_INFINITY];
  for (const piece of pieces) {
    const { start, end } = piece;
    const last = paragraphs.at(-1);
    const isLate =
      start !== undefined && (start - ended >= longPause || start - began >= longParagraph);
    if (last === undefined || isLate || piece.isNew) {
      paragraphs.push([piece]);
      began = start ?? began;
    } else last.push(piece);
    ended = end ?? ended;
  }
  return paragraphs;
}

/** A piece of a sentence: a word with its times, or what stands between two. */
export interface WordPart {
  text: string;
  word: Word | undefined;
}

/** The text of a sentence with its words found in it; those that are not found have no part. */
export function wordParts(text: string, words: readonly Word[]): WordPart[] {
  const parts: WordPart[] = [];
  let at = 0;
  for (const word of words) {
    const wanted = word.text.trim();
    const found = wanted === "" ? -1 : text.indexOf(wanted, at);
    if (found < 0) continue;
    if (found > at) parts.push({ text: text.slice(at, found), word: undefined });
    parts.push({ text: wanted, word });
    at = found + wanted.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), word: undefined });
  return parts;
}
