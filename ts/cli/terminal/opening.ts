import type { Progress } from "../../contract/options.ts";
import { DownloadReport } from "./download-report.ts";
import type { ProgressLine } from "./progress-line.ts";
import type { Terminal } from "./terminal.ts";

/** Shows how far a model is that is fetched, where it has to be, and opened. */
export class Opening {
  readonly #terminal: Terminal;
  readonly #line: ProgressLine;
  readonly #quiet: boolean;
  #download: DownloadReport;
  /** Whether all of it is on this machine. */
  #isHere = false;

  constructor(terminal: Terminal, line: ProgressLine, model: string, quiet: boolean) {
    this.#terminal = terminal;
    this.#line = line;
    this.#quiet = quiet;
    this.#download = new DownloadReport(terminal, model, quiet);
  }

  /** Takes what the call that opens it tells. */
  readonly progress = (progress: Progress): void => {
    if (progress.phase === "download") {
      if (this.#isHere) this.#beginAnother(progress.file);
      this.#line.clear();
      this.#download.progress(progress);
      return;
    }
    this.#isHere = true;
    this.#download.end(true);
    this.#line.show("loading the model");
  };

  /** The model is here, but not all that it needs. */
  #beginAnother(file = ""): void {
    this.#download = new DownloadReport(this.#terminal, file, this.#quiet);
    this.#isHere = false;
  }

  /** It is open, or will not be. */
  end(): void {
    if (!this.#isHere) this.#download.end(false);
    this.#line.clear();
  }
}
