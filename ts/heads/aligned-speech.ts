import { dirname, resolve } from "node:path";
import { AsrError } from "../contract/errors.ts";
import { languageName } from "../contract/languages.ts";
import { readLines } from "../wer/lines.ts";
import { parseObject } from "../wer/references.ts";

/** A word of a text and when it is said, in seconds; null where that is not known. */
export interface SpokenWord {
  /** Where it stands in the text, in UTF-16 units, `to` not included. */
  from: number;
  to: number;
  start: number | null;
  end: number | null;
}

/** A recording with its text, and when the words are said. */
export interface AlignedSpeech {
  /** Where the audio is. */
  path: string;
  text: string;
  words: readonly SpokenWord[];
  /** English name of the language; undefined when the line tells none. */
  language: string | undefined;
}

/**
 * The recordings of a manifest: a JSON object a line with `path`, relative to the manifest, `text`,
 * and `words`, objects with `text`, `start` and `end`, in the order of the text; `language` may
 * follow. Throws AsrError `input` that names the line.
 */
export async function readAlignedSpeech(file: string): Promise<AlignedSpeech[]> {
  const lines = await readLines(file);
  if (lines.length === 0) throw new AsrError("input", `${file}: has no recordings`);
  return lines.map(({ number, text: line }) => {
    const where = `${file}, line ${number}`;
    const { path, text, words, language } = parseObject(line, where);
    if (typeof path !== "string" || path === "") throw wrong(where, "path", "a file name");
    if (typeof text !== "string" || text === "") throw wrong(where, "text", "what is said");
    if (language !== undefined && typeof language !== "string") {
      throw wrong(where, "language", "a code or name");
    }
    const spoken = wordsOf(text, words, where);
    return {
      path: resolve(dirname(file), path),
      text,
      words: spoken,
      language: languageName(language),
    };
  });
}

function wordsOf(text: string, words: unknown, where: string): SpokenWord[] {
  if (!Array.isArray(words) || words.length === 0) {
    throw wrong(where, "words", 'a list of {"text": "hello", "start": 0.3, "end": 0.7}');
  }
  let at = 0;
  let reached = 0;
  return words.map((word: unknown, index) => {
    const place = `words[${index}]`;
    const fields = typeof word === "object" && word !== null ? word : {};
    const { text: said, start = null, end = null } = fields as Record<string, unknown>;
    if (typeof said !== "string" || said === "") throw wrong(where, `${place}.text`, "a word");
    const from = text.indexOf(said, at);
    if (from < 0) throw wrong(where, `${place}.text`, `"${said}" further on in the text`);
    at = from + said.length;
    for (const [name, time] of Object.entries({ start, end })) {
      if (time === null) continue;
      if (typeof time !== "number" || !(time >= reached) || !Number.isFinite(time)) {
        throw wrong(where, `${place}.${name}`, `seconds from ${reached} on, or null`);
      }
      reached = time;
    }
    return { from, to: at, start: start as number | null, end: end as number | null };
  });
}

function wrong(where: string, field: string, expected: string): AsrError {
  return new AsrError("input", `${where}: "${field}" is not right`, `expected ${expected}`);
}
