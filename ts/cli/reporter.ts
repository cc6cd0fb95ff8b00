import { demoModel } from "../demo.ts";
import { type AsrError, type AsrErrorCode, exitCodes } from "../errors.ts";
import { render } from "../output/formats.ts";
import type { Job, Plan } from "../output/plan.ts";
import type { StreamEvent } from "../stream-event.ts";
import type { Terminal } from "../terminal.ts";
import type { Transcript } from "../transcript.ts";
import type { Arguments } from "./arguments.ts";
import { deliver } from "./deliver.ts";
import { fileLine, notesOn, statsText } from "./notes.ts";
import { type ProgressLine, recordingProgress } from "./progress-line.ts";
import type { Outcome, Run } from "./run.ts";
import { SentencePrinter } from "./sentence-printer.ts";

const demoNote =
  "note: the demo model knows a few hundred English words about the home, times and travel; " +
  "use --model DIR for a full checkpoint";

/** Tells the user what becomes of each input: results on standard output, the rest beside it. */
export class Reporter {
  readonly #given: Arguments;
  readonly #plan: Plan;
  readonly #terminal: Terminal;
  readonly #line: ProgressLine;
  /** Prints text as it comes, where somebody waits for it. */
  #printer: SentencePrinter | undefined;
  readonly #failures: AsrErrorCode[] = [];
  #begun = 0;
  #ok = 0;
  /** Transcripts in which text may be missing. */
  #lost = 0;
  #demoTold: boolean;

  constructor(given: Arguments, plan: Plan, terminal: Terminal, line: ProgressLine) {
    this.#given = given;
    this.#plan = plan;
    this.#terminal = terminal;
    this.#line = line;
    const ownSample = given.names.length === 0 && given.inputOptions.filesFrom === undefined;
    this.#demoTold = given.model !== demoModel || ownSample;
  }

  /** It is the turn of an input. Returns what its run tells from now on to. */
  begin({ input }: Job, run?: Run): (event: StreamEvent | undefined) => void {
    const { jobs } = this.#plan;
    if (this.#asText && jobs.length > 1) {
      this.#terminal.out(`${this.#begun > 0 ? "\n" : ""}==> ${input.path} <==\n`);
    }
    this.#begun++;
    const live = this.#asText && (this.#terminal.outIsTty || this.#given.stream);
    this.#printer = live ? new SentencePrinter((text) => this.#out(`${text}\n`)) : undefined;
    const count = jobs.length > 1 ? `[${this.#begun}/${jobs.length}] ` : "";
    return (event) => {
      if (event !== undefined) this.#heard(input.path, event);
      else if (run !== undefined && !this.#given.stream) {
        const elapsed = performance.now() - run.started;
        const progress = () => `${count}${input.relative}  ${recordingProgress(run, elapsed)}`;
        this.#line.update(progress);
      }
    };
  }

  #heard(path: string, event: StreamEvent): void {
    if (this.#asEvents) this.#out(`${JSON.stringify({ path, ...event })}\n`);
    if (event.type === "delta") this.#printer?.push(event.text);
    if (event.type !== "partial" || !this.#given.stream) return;
    this.#line.update(() => (this.#printer?.pending ?? "") + event.text);
  }

  /** An input is finished. Returns whether all of its text is where it belongs. */
  async end(job: Job, { transcript, error }: Outcome): Promise<boolean> {
    this.#line.clear();
    const { path } = job.input;
    const something = error === undefined || (transcript?.text ?? "") !== "";
    const kept = something ? transcript : undefined;
    this.#print(path, { transcript: kept, error });
    const errors = error === undefined || error.code === "aborted" ? [] : [error];
    if (kept !== undefined) errors.push(...(await this.#deliver(job, kept)));
    for (const { code, oneLine } of errors) {
      this.#failures.push(code);
      this.#terminal.note(`error: ${oneLine}\n`);
    }
    if (kept?.truncated && error === undefined) this.#lost++;
    if (error === undefined && errors.length === 0) this.#ok++;
    return error === undefined && errors.length === 0 && !kept?.truncated;
  }

  async #deliver(job: Job, transcript: Transcript): Promise<AsrError[]> {
    const { limits, stats, quiet } = this.#given;
    const { paths, errors } = await deliver(job, transcript, {
      limits,
      mayReplace: this.#plan.mayReplace,
      lastResort: (text) => this.#terminal.out(text),
    });
    const lineWanted = paths.length > 0 || (this.#plan.jobs.length > 1 && !this.#asText);
    if (!quiet && lineWanted) this.#note(fileLine(job.input.path, transcript, paths));
    for (const note of notesOn(job.input.path, transcript)) {
      if (!quiet || note.startsWith("warning")) this.#note(note);
    }
    if (stats) this.#note(statsText(transcript));
    if (!quiet && !this.#demoTold) this.#note(demoNote);
    this.#demoTold = true;
    return errors;
  }

  /** What goes to standard output for an input. */
  #print(path: string, { transcript, error }: Outcome): void {
    if (this.#asEvents) {
      // The transcript came with the last event.
      if (error)
        this.#out(`${JSON.stringify({ path, type: "error", ...failure(error, transcript) })}\n`);
    } else if (this.#given.json) {
      const line = error
        ? { ok: false, ...failure(error, transcript) }
        : { ok: true, ...transcript };
      this.#out(`${JSON.stringify({ path, ...line })}\n`);
    } else if (this.#printer !== undefined) this.#printer.end();
    else if (this.#plan.toStandardOutput !== undefined && transcript !== undefined) {
      const { limits } = this.#given;
      this.#out(render(this.#plan.toStandardOutput, transcript, { ...limits, path }));
    }
  }

  /** Sums up, and returns the exit status; `signalled` is that of the signal that ended the work. */
  summary(signalled: number | undefined): number {
    const skipped = this.#plan.jobs.filter(({ done }) => done).length;
    const rest = this.#plan.jobs.length - skipped - this.#ok - this.#failures.length;
    const counts: [number, string][] = [
      [this.#ok, "ok"],
      [this.#failures.length, "failed"],
      [skipped, "skipped"],
      [rest, "not finished"],
    ];
    const told = counts.filter(([count, what]) => count > 0 || what === "ok");
    if (!this.#given.quiet && this.#plan.jobs.length > 1 && told.length > 1) {
      this.#note(told.map(([count, what]) => `${count} ${what}`).join(", "));
    }
    if (signalled !== undefined) return signalled;
    const [first] = this.#failures;
    if (first === undefined) return this.#lost > 0 ? 1 : 0;
    // One status for all failures when they are of one kind.
    return this.#failures.every((code) => code === first) ? exitCodes[first] : exitCodes.input;
  }

  get #asText(): boolean {
    return this.#plan.toStandardOutput === "txt" && !this.#given.json;
  }

  get #asEvents(): boolean {
    return this.#given.json && this.#given.stream;
  }

  /** Results, on lines of their own below the progress. */
  #out(text: string): void {
    this.#line.clear();
    this.#terminal.out(text);
  }

  #note(text: string): void {
    this.#line.clear();
    this.#terminal.note(`${text}\n`);
  }
}

function failure({ code, message, hint }: AsrError, partial: Transcript | undefined): object {
  return { error: { code, message, hint }, partial };
}
