import type { Progress } from "../../contract/options.ts";
import { clockText } from "../../text/clock-text.ts";
import { bar } from "./bar.ts";
import type { Terminal } from "./terminal.ts";
import { StatusLine } from "./terminal.ts";

/** Rewritten at most ten times a second. */
const minIntervalMs = 100;
/** What is over sooner needs no progress. */
const quickMs = 500;
/** What is left of a name at least. */
const minNameColumns = 8;

/**
 * The line that tells how far the work is: rewritten in place, not shown where that is impossible.
 * `now` is a clock in milliseconds.
 */
export class ProgressLine {
  readonly #status: StatusLine;
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #started: number;
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor(terminal: Terminal, enabled: boolean, now: () => number = () => performance.now()) {
    this.#status = new StatusLine(terminal, enabled);
    this.#terminal = terminal;
    this.#now = now;
    this.#started = now();
  }

  /** Shows a line at once, cut to the width of the terminal: first what `name` has too much. */
  show(text: string, name = ""): void {
    this.#shownAt = this.#now();
    const head = fitted(name, Math.max(minNameColumns, this.#columns - Bun.stringWidth(text)));
    this.#status.show(fitted(head + text, this.#columns));
  }

  /**
   * Shows a line that the next one may replace soon, or none when it is too early for one. `text`
   * is told how many columns there are for it.
   */
  update(text: (columns: number) => string, name = ""): void {
    const now = this.#now();
    if (now - this.#started < quickMs || now - this.#shownAt < minIntervalMs) return;
    const nameColumns = Math.min(minNameColumns, Bun.stringWidth(name));
    this.show(text(this.#columns - nameColumns), name);
  }

  get #columns(): number {
    return (this.#terminal.columns || 80) - 1;
  }

  /** Writes text that stays, on lines of its own in place of this one. */
  get lines(): StatusLine["lines"] {
    return this.#status.lines;
  }

  clear(): void {
    this.#status.clear();
  }
}

/**
 * How far a recording is, as `12:30 / 1:02:05   20 % ████░░…  RTF 0.05  2:29 left`; in few columns
 * with a shorter bar, then with less.
 */
export function recordingProgress(
  { done, total }: Pick<Progress, "done" | "total">,
  elapsedMs: number,
  columns = 80,
): string {
  const rtf = done > 0 ? elapsedMs / 1000 / done : undefined;
  const speed = rtf === undefined ? [] : [`RTF ${rtf.toPrecision(2)}`];
  if (total === undefined) return [clockText(done), ...speed].join("  ");
  const position = `${clockText(done)} / ${clockText(total)}`;
  if (total === 0) return position;
  const left = rtf === undefined ? [] : [`${clockText(Math.max(0, total - done) * rtf)} left`];
  const share = Math.min(1, done / total);
  const choices = [[...speed, ...left], left, []].map((after) => {
    const room = columns - [position, "", ...after].join("  ").length;
    return [position, bar(share, room), ...after].join("  ");
  });
  return choices.find((text) => text.length <= columns) ?? bar(share, columns);
}

/** The text on one line: longer ones keep their end, which changes. */
function fitted(text: string, columns: number): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, (space) => " ".repeat(space.length));
  if (Bun.stringWidth(line) <= columns) return line;
  const kept = [...graphemes.segment(line)].reverse();
  let [result, width] = ["", 1];
  for (const { segment } of kept) {
    width += Bun.stringWidth(segment);
    if (width > columns) break;
    result = segment + result;
  }
  return `…${result}`;
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
