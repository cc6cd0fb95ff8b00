import { languageCode } from "../contract/languages.ts";

/** A stretch of a text: offsets in UTF-16 units, `to` not included. */
export interface TextRange {
  from: number;
  to: number;
}

/** Written before a name or a number, so that what follows belongs to the same sentence. */
const abbreviations = new Set(
  (
    "mr mrs ms dr prof st mt rev hon gen sen gov capt cmdr lt col sgt vs approx fig vol jr sr " +
    "hr fr nr str bzw ca evtl ggf inkl vgl mme mlle mm sra srta dra dña ud uds sig dott ing avv " +
    "dhr mevr drs ul np tzv mgr bc"
  ).split(" "),
);

/** Languages that write ordinal numbers with a full stop, as in "am 3. Mai". */
const ordinalStops = new Set("German Danish Finnish Czech Polish Hungarian Turkish".split(" "));

/**
 * The sentences of a text, in order, without the white space around them. The rules are those of
 * Unicode (UAX #29), which never cut a number; where they take the stop of an abbreviation, an
 * initial or an ordinal number for an end, the sentence goes on here. `language` is a name as in
 * `languages`.
 */
export function sentencesOf(text: string, language = ""): TextRange[] {
  const sentences: TextRange[] = [];
  let from = 0;
  const add = (to: number) => {
    const range = trimmed(text, from, to);
    const last = sentences.at(-1);
    from = to;
    if (range.from === range.to) return;
    // A stray closing quote or an ellipsis is no sentence.
    if (last && !isSpoken(text.slice(range.from, range.to))) last.to = range.to;
    else if (last && !isSpoken(text.slice(last.from, last.to))) last.to = range.to;
    else sentences.push(range);
  };
  for (const { index, segment } of sentenceSegmenter(language).segment(text)) {
    // UAX #29 gives an opening quote to the sentence before when no space stands between.
    const to = index + withoutOpeners(segment);
    if (to > from && !goesOn(text.slice(from, to), text.slice(to), language)) add(to);
  }
  add(text.length);
  return sentences;
}

/** The length of a text without the opening brackets and quotes at its end. */
function withoutOpeners(text: string): number {
  let length = text.length;
  while (length > 0 && /[\p{Ps}\p{Pi}]/u.test(text[length - 1]!)) length--;
  return length;
}

/** Longer words, with their stops, are no abbreviations. */
const maxAbbreviation = 64;

function goesOn(before: string, after: string, language: string): boolean {
  const ended = before.trimEnd().slice(-maxAbbreviation);
  // A quoted question inside a sentence: "Is it?" he asked. 「本当？」です。
  if (/["'”’»」』]$/.test(ended) && /^[\p{Ll}\p{Script=Hiragana}]/u.test(after)) return true;
  if (!ended.endsWith(".") || after === "") return false;
  if (/(?:^|\s)(?!I\.)[\p{Lu}\p{Ll}]\.$/u.test(ended)) return true;
  const dotted = /(?:^|[^\p{L}.])((?:\p{L}\.){2,})$/u.exec(ended)?.[1];
  if (dotted !== undefined) return !/^[ap]\.m\.$/i.test(dotted);
  if (ordinalStops.has(language) && /(?:^|\s)\d{1,2}\.$/.test(ended)) return true;
  const word = /(?:^|[^\p{L}\p{N}])(\p{L}+)\.$/u.exec(ended)?.[1]?.toLowerCase();
  if (word === undefined) return false;
  return abbreviations.has(word) || (word === "no" && /^\d/.test(after));
}

function isSpoken(text: string): boolean {
  return /[\p{L}\p{N}\p{S}]/u.test(text);
}

function trimmed(text: string, from: number, to: number): TextRange {
  const slice = text.slice(from, to);
  const start = from + slice.length - slice.trimStart().length;
  return { from: start, to: Math.max(start, from + slice.trimEnd().length) };
}

const segmenters = new Map<string, Intl.Segmenter>();

function sentenceSegmenter(language: string): Intl.Segmenter {
  let segmenter = segmenters.get(language);
  if (segmenter === undefined) {
    segmenter = new Intl.Segmenter(languageCode(language) ?? "und", { granularity: "sentence" });
    segmenters.set(language, segmenter);
  }
  return segmenter;
}

/** Writes a text that comes in parts, a line for each sentence as soon as the next one begins. */
export class SentenceLines {
  readonly #write: (line: string) => void;
  /** What has not been written yet: at most one sentence. */
  pending = "";

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  push(text: string): void {
    this.pending += text;
    const sentences = sentencesOf(this.pending);
    for (const { from, to } of sentences.slice(0, -1)) {
      this.#write(`${this.pending.slice(from, to)}\n`);
    }
    const last = sentences.at(-1);
    // White space at its end may separate it from what comes.
    if (last !== undefined) this.pending = this.pending.slice(last.from);
  }

  /** Writes what is left. */
  end(): void {
    const rest = this.pending.trim();
    this.pending = "";
    if (rest !== "") this.#write(`${rest}\n`);
  }
}
