import type { Progress } from "../../contract/options.ts";
import { DownloadReport } from "./download-report.ts";
import type { ProgressLine } from "./progress-line.ts";
import type { Terminal } from "./terminal.ts";

/** Shows how far a model is that is fetched, where it has to be, and opened. */
export class Opening {
  readonly #line: ProgressLine;
  readonly #download: DownloadReport;
  /** Whether all of it is on this machine. */
  #isHere = false;

  constructor(terminal: Terminal, line: ProgressLine, model: string, quiet: boolean) {
    this.#line = line;
    this.#download = new DownloadReport(terminal, model, quiet);
  }

  /** Takes what the call that opens it tells. */
  readonly progress = (progress: Progress): void => {
    if (progress.phase === "download") {
      this.#line.clear();
      this.#download.progress(progress);
      return;
    }
    this.#isHere = true;
    this.#download.end(true);
    this.#line.show("loading the model");
  };

  /** It is open, or will not be. */
  end(): void {
    if (!this.#isHere) this.#download.end(false);
    this.#line.clear();
  }
}
