import type { Progress } from "../../contract/options.ts";
import { clockText } from "../../text/clock-text.ts";
import { bar } from "./bar.ts";
import type { Terminal } from "./terminal.ts";
import { StatusLine } from "./terminal.ts";

/** Rewritten at most ten times a second. */
const leastMs = 100;
/** What is over sooner needs no progress. */
const quickMs = 500;

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
    const columns = (this.#terminal.columns || 80) - 1;
    const head = fitted(name, Math.max(8, columns - Bun.stringWidth(text)));
    this.#status.show(fitted(head + text, columns));
  }

  /** Shows a line that the next one may replace soon, or none when it is too early for one. */
  update(text: () => string, name = ""): void {
    const now = this.#now();
    if (now - this.#started < quickMs || now - this.#shownAt < leastMs) return;
    this.show(text(), name);
  }

  /** Writes text that stays, on lines of its own in place of this one. */
  get lines(): StatusLine["lines"] {
    return this.#status.lines;
  }

  clear(): void {
    this.#status.clear();
  }
}

/** How far a recording is, as `12:30 / 1:02:05   20 % ████░░…  RTF 0.05  2:29 left`. */
export function recordingProgress(
  { done, total }: Pick<Progress, "done" | "total">,
  elapsedMs: number,
): string {
  const rtf = done > 0 ? elapsedMs / 1000 / done : undefined;
  const parts = [
    total === undefined ? clockText(done) : `${clockText(done)} / ${clockText(total)}`,
  ];
  if (total !== undefined && total > 0) {
    parts.push(bar(Math.min(1, done / total)));
  }
  if (rtf !== undefined) parts.push(`RTF ${rtf.toPrecision(2)}`);
  if (rtf !== undefined && total !== undefined) {
    parts.push(`${clockText(Math.max(0, total - done) * rtf)} left`);
  }
  return parts.join("  ");
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
