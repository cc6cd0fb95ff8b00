import { StatusLine, type Terminal } from "../terminal.ts";
import type { DownloadProgress, PullOptions } from "./pull.ts";
import { byteText, durationText } from "./sizes.ts";

const redrawMs = 100;
/** The rate is that of the last seconds. */
const windowMs = 8000;
const barWidth = 24;

/**
 * Tells a person how a download goes: a bar that is rewritten where that is possible, else a line
 * for each tenth.
 */
export class DownloadReport {
  readonly #terminal: Terminal;
  readonly #title: string;
  readonly #quiet: boolean;
  readonly #now: () => number;
  readonly #status: StatusLine;
  #needed = 0;
  #startedAt = 0;
  #drawnAt = 0;
  #tenths = 0;
  /** Bytes that were here at a time, oldest first. */
  #samples: { at: number; done: number }[] = [];

  constructor(terminal: Terminal, title: string, quiet: boolean, now = () => performance.now()) {
    this.#terminal = terminal;
    this.#title = title;
    this.#quiet = quiet;
    this.#now = now;
    this.#status = new StatusLine(terminal, !quiet);
  }

  /** What to pass to `pull` or `resolveModel`. */
  readonly callbacks: Pick<PullOptions, "onSize" | "onProgress" | "onWait"> = {
    onSize: (bytes) => {
      this.#needed = bytes;
      this.#startedAt = this.#now();
      this.#samples = [];
      this.#note(`downloading ${this.#title}: ${byteText(bytes)}`);
    },
    onProgress: (progress) => this.#progress(progress),
    onWait: () => this.#note(`waiting for another process that downloads ${this.#title}`),
  };

  /** Clears the bar; after a download, tells what it took. */
  end(succeeded: boolean): void {
    this.#status.clear();
    if (!succeeded || this.#needed === 0) return;
    const seconds = Math.max(0.001, (this.#now() - this.#startedAt) / 1000);
    const rate = `${byteText(this.#needed / seconds)}/s`;
    this.#note(`downloaded ${this.#title}: ${durationText(seconds)}, ${rate}`);
  }

  #progress({ done, total }: DownloadProgress): void {
    const now = this.#now();
    if (this.#samples.length === 0) {
      this.#samples.push({ at: this.#startedAt, done: total - this.#needed });
      this.#tenths = Math.floor((10 * (total - this.#needed)) / total);
    }
    const isEnd = done === total;
    if (now - this.#drawnAt < redrawMs && !isEnd) return;
    this.#drawnAt = now;
    this.#samples.push({ at: now, done });
    while (this.#samples.length > 2 && now - this.#samples[1]!.at > windowMs) this.#samples.shift();
    const share = done / total;
    const text = `${byteText(done)} of ${byteText(total)}${this.#pace(done, total)}`;
    const percent = `${Math.floor(100 * share)} %`.padStart(5);
    const full = Math.floor(barWidth * share);
    const bar = `${"█".repeat(full)}${"░".repeat(barWidth - full)}`;
    this.#status.show(`${percent} ${bar} ${text}`);
    const tenths = Math.floor(10 * share);
    if (tenths > this.#tenths && !isEnd && !this.#terminal.noteIsTty)
      this.#note(`${percent} ${text}`);
    this.#tenths = Math.max(tenths, this.#tenths);
  }

  #pace(done: number, total: number): string {
    const { at, done: before } = this.#samples[0]!;
    const rate = (1000 * (done - before)) / Math.max(1, this.#now() - at);
    if (rate <= 0) return "";
    return `, ${byteText(rate)}/s, ${durationText((total - done) / rate)} left`;
  }

  #note(line: string): void {
    this.#status.clear();
    if (!this.#quiet) this.#terminal.note(`${line}\n`);
  }
}
