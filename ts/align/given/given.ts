import type { Sharing } from "../../concurrency/sharing.ts";
import type { GivenText } from "../../contract/alignment.ts";
import { sentencesOf, type TextRange } from "../../segments/sentences.ts";
import { type Unit, unitsOf, wordsOf } from "./units.ts";

/** A word of the given text: where it stands, in which line, and its units, `to` not included. */
export interface GivenWord extends TextRange {
  line: number;
  units: TextRange;
}

/** A text that is to be found in a recording, cut up. */
export interface Given {
  text: string;
  /** Lines or sentences, those that have anything in them. */
  lines: TextRange[];
  /** The number of each of these among the lines that were given; undefined where none were. */
  lineNumbers: readonly number[] | undefined;
  words: GivenWord[];
  units: Unit[];
}

/**
 * Cuts a text into lines, words and units. `language`, a name as in `languages`, tells where
 * sentences end.
 */
export async function givenOf(text: GivenText, language: string, sharing: Sharing): Promise<Given> {
  const isWhole = typeof text === "string";
  const texts = isWhole ? [] : text.map((line) => (typeof line === "string" ? line : line.text));
  const whole = isWhole ? text : texts.join("\n");
  const ranges = isWhole ? sentencesIn(whole, language) : linesIn(texts);
  const kept = [...ranges.entries()].filter(([, { from, to }]) => from < to);
  const lines = kept.map(([, line]) => line);
  const units = await unitsIn(whole, lines, sharing);
  return {
    text: whole,
    lines,
    lineNumbers: isWhole ? undefined : kept.map(([index]) => index + 1),
    words: await wordsIn(whole, lines, units, sharing),
    units,
  };
}

/** Sentences, where a single line break is a space like others: texts come wrapped. */
function sentencesIn(text: string, language: string): TextRange[] {
  const unwrapped = text.replaceAll(/(?<![\r\n\s])(\r\n|\r|\n)(?!\s*[\r\n])/g, (end) =>
    " ".repeat(end.length),
  );
  return sentencesOf(unwrapped, language);
}

function linesIn(texts: readonly string[]): TextRange[] {
  let at = 0;
  return texts.map((text) => {
    const from = at + text.length - text.trimStart().length;
    const to = Math.max(from, at + text.trimEnd().length);
    at += text.length + 1;
    return { from, to };
  });
}

/** The units of each line. */
async function unitsIn(
  text: string,
  lines: readonly TextRange[],
  sharing: Sharing,
): Promise<Unit[]> {
  const units: Unit[] = [];
  for (const line of lines) {
    await sharing.rest();
    for (const { from, to, ...unit } of unitsOf(text.slice(line.from, line.to))) {
      units.push({ ...unit, from: line.from + from, to: line.from + to });
    }
  }
  return units;
}

/** The words of each line; signs that stand alone go with the word before, or the next one. */
async function wordsIn(
  text: string,
  lines: readonly TextRange[],
  units: readonly Unit[],
  sharing: Sharing,
): Promise<GivenWord[]> {
  const all: GivenWord[] = [];
  let next = 0;
  const unitsBefore = (to: number) => {
    const from = next;
    while (next < units.length && units[next]!.from < to) next++;
    return { from, to: next };
  };
  for (const [number, line] of lines.entries()) {
    await sharing.rest();
    const words: GivenWord[] = [];
    let silent: number | undefined;
    for (const { from, to } of wordsOf(text.slice(line.from, line.to))) {
      const own = unitsBefore(line.from + to);
      const last = words.at(-1);
      if (own.from < own.to) {
        const start = silent ?? line.from + from;
        words.push({ from: start, to: line.from + to, line: number, units: own });
        silent = undefined;
      } else if (last !== undefined) last.to = line.from + to;
      else silent ??= line.from + from;
    }
    // A line of signs alone, such as notes, is a word of its own.
    const sign = { ...line, line: number, units: { from: next, to: next } };
    all.push(...(silent === undefined ? words : [sign]));
  }
  return all;
}
