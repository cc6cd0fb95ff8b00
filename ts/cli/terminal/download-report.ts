import type { Progress } from "../../contract/options.ts";
import { byteText, durationText } from "../../text/sizes.ts";
import { bar, percent } from "./bar.ts";
import { ProgressLine } from "./progress-line.ts";
import type { Terminal } from "./terminal.ts";

/** The rate is that of the last seconds. */
const windowMs = 8000;

/**
 * Tells a person how a download goes: its size, then a bar that is rewritten where that is
 * possible, else a line for each tenth, and what it took. `now` is a clock in milliseconds.
 */
export class DownloadReport {
  readonly #terminal: Terminal;
  readonly #title: string;
  readonly #quiet: boolean;
  readonly #now: () => number;
  readonly #line: ProgressLine;
  #tenths = 0;
  /** Bytes that were here at a time: at the start, and in the last seconds. */
  #first: Sample | undefined;
  #recent: Sample[] = [];

  constructor(terminal: Terminal, title: string, quiet: boolean, now = () => performance.now()) {
    this.#terminal = terminal;
    this.#title = title;
    this.#quiet = quiet;
    this.#now = now;
    this.#line = new ProgressLine(terminal, !quiet, now);
  }

  /** Another process downloads the same model. */
  wait(): void {
    this.#note(`waiting for another process that downloads ${this.#title}`);
  }

  /** What `onProgress` of a download is called with, from its first call on. */
  progress({ done, total, note }: Pick<Progress, "done" | "total" | "note">): void {
    if (note !== undefined) this.#note(note);
    if (note !== undefined || total === undefined) return;
    const sample = { at: this.#now(), done };
    if (this.#first === undefined) {
      this.#first = sample;
      this.#tenths = Math.floor((10 * done) / total);
      this.#note(`downloading ${this.#title}: ${byteText(total - done)}`);
    }
    this.#recent.push(sample);
    while (sample.at - this.#recent[0]!.at > windowMs && this.#recent.length > 2) {
      this.#recent.shift();
    }
    if (done === total) {
      // All bytes are here; whether they are the right ones, their hashes will say.
      this.#line.show(`${bar(1)} ${byteText(total)}, checking`);
      return;
    }
    const text = `${byteText(done)} of ${byteText(total)}${this.#pace(sample, total)}`;
    this.#line.update((columns) => `${bar(done / total, columns - text.length - 1)} ${text}`);
    const tenths = Math.floor((10 * done) / total);
    if (tenths > this.#tenths && !this.#terminal.noteIsTty) {
      this.#note(`${percent(done / total)} ${text}`);
    }
    this.#tenths = Math.max(tenths, this.#tenths);
  }

  /** Clears the bar; after a download, tells what it took. */
  end(succeeded: boolean): void {
    this.#line.clear();
    const [first, last] = [this.#first, this.#recent.at(-1)];
    if (!succeeded || first === undefined || last === undefined) return;
    const seconds = Math.max(0.001, (this.#now() - first.at) / 1000);
    const rate = byteText((last.done - first.done) / seconds);
    this.#note(`downloaded ${this.#title}: ${durationText(seconds)}, ${rate}/s`);
  }

  #pace({ at, done }: Sample, total: number): string {
    const before = this.#recent[0]!;
    const rate = (1000 * (done - before.done)) / Math.max(1, at - before.at);
    if (rate <= 0) return "";
    return `, ${byteText(rate)}/s, ${durationText((total - done) / rate)} left`;
  }

  #note(line: string): void {
    this.#line.clear();
    if (!this.#quiet) this.#terminal.note(`${line}\n`);
  }
}

interface Sample {
  at: number;
  done: number;
}
