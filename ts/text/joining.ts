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

/** What was said, and in which channel where they are told apart. */
export interface Turn {
  text: string;
  channel?: number | undefined;
}

/** How much of the end of a text tells what separates it from what follows. */
const tailLength = 16;

/** The end of a text that grows turn by turn. */
export class TextEnd {
  #tail = "";
  #channel: number | undefined;

  /** The text of the next turn with what belongs before it: another channel has its own line. */
  after({ text, channel }: Turn): string {
    if (text === "" || this.#tail === "") return text;
    const isOther = channel !== this.#channel && text.trim() !== "";
    return (isOther ? "\n" : separator(this.#tail, text)) + text;
  }

  /** The turn, as `after` gave it, is part of the text now. */
  add(turn: Turn): void {
    if (turn.text === "") return;
    this.#tail = (this.#tail + turn.text).slice(-tailLength);
    this.#channel = turn.channel;
  }
}

/** Turns that follow each other as one text, however many. */
export function joinTurns(turns: Iterable<Turn>): string {
  const end = new TextEnd();
  let all = "";
  for (const { text, channel } of turns) {
    const turn = { text: end.after({ text: text.trim(), channel }), channel };
    end.add(turn);
    all += turn.text;
  }
  return all;
}

const wide = "[\\u3000-\\u303f\\uff01-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65]";
const unspaced =
  "[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー" +
  "\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]";

const wideStop = new RegExp(`${wide}["'”’]*$`, "u");
const wideStart = new RegExp(`^${wide}`, "u");
const unspacedEnd = new RegExp(`${unspaced}["'”’]*$`, "u");
const unspacedStart = new RegExp(`^["'“‘]*${unspaced}`, "u");
