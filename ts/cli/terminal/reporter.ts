import type { AsrError } from "../../contract/errors.ts";
import type { FinalEvent, StreamEvent } from "../../contract/events.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { demoModel } from "../../native/locate.ts";
import { render } from "../../output/formats.ts";
import { voiceName } from "../../output/voices.ts";
import { SentenceLines } from "../../segments/sentences.ts";
import { deliver } from "../files/deliver.ts";
import type { Job, Plan } from "../files/plan.ts";
import type { Outcome, Run } from "../files/run.ts";
import type { Arguments } from "../flags/arguments.ts";
import { demoNote, fileLine, statsText, warningsOn } from "./notes.ts";
import { printable } from "./printable.ts";
import { type ProgressLine, recordingProgress } from "./progress-line.ts";
import { Tally } from "./tally.ts";
import type { Terminal } from "./terminal.ts";

/** Tells the user what becomes of each input: results on standard output, the rest beside it. */
export class Reporter {
  readonly #given: Arguments;
  readonly #plan: Plan;
  readonly #terminal: Terminal;
  readonly #line: ProgressLine;
  readonly #lines: ProgressLine["lines"];
  /** Prints text as it comes, where somebody waits for it. */
  #sentences: SentenceLines | undefined;
  /** Whether turns are printed as they come, where channels are told apart. */
  #printsTurns = false;
  readonly #tally: Tally;
  #started = 0;
  #isDemoNoted: boolean;

  constructor(given: Arguments, plan: Plan, terminal: Terminal, line: ProgressLine) {
    this.#given = given;
    this.#plan = plan;
    this.#terminal = terminal;
    this.#line = line;
    this.#lines = line.lines;
    this.#tally = new Tally(plan.jobs.length, plan.jobs.filter(({ done }) => done).length);
    this.#isDemoNoted = given.model !== demoModel || given.sample;
  }

  /** It is the turn of an input. */
  begin({ input }: Job): void {
    if (this.#asText && this.#plan.jobs.length > 1) {
      this.#terminal.out(`${this.#started > 0 ? "\n" : ""}==> ${printable(input.path)} <==\n`);
    }
    this.#started++;
    const live = this.#asText && (this.#terminal.outIsTty || this.#given.stream);
    this.#printsTurns = live && this.#given.settings.channel === "each";
    const prints = live && !this.#printsTurns;
    this.#sentences = prints ? new SentenceLines(this.#lines.out) : undefined;
  }

  /** Shows what comes of the input whose turn it is. */
  follow(run: Run): void {
    const { path, relative } = run.job.input;
    const total = this.#plan.jobs.length;
    const name = total > 1 ? `[${this.#started}/${total}] ${relative}` : relative;
    run.listen({
      onEvent: (event) => this.#heard(path, event),
      onProgress: () => {
        // Provisional text has the line.
        if (this.#given.stream) return;
        const elapsed = performance.now() - run.started;
        // Two columns are for what the terminal shows of Ctrl-C.
        const text = (columns: number) => `  ${recordingProgress(run, elapsed, columns - 4)}`;
        this.#line.update(text, name);
      },
    });
  }

  #heard(path: string, event: StreamEvent): void {
    if (this.#asEvents) this.#lines.out(jsonLine({ path, ...event }));
    if (event.type === "delta") this.#sentences?.push(event.text);
    if (event.type === "final" && this.#printsTurns) this.#printTurn(event);
    if (event.type !== "partial" || !this.#given.stream) return;
    this.#line.update(() => (this.#sentences?.pending ?? "") + event.text);
  }

  #printTurn({ channel, text }: FinalEvent): void {
    if (channel === undefined || text === "") return;
    this.#lines.out(`${voiceName(channel)}: ${text.replaceAll(/\s*[\r\n]+\s*/g, " ")}\n`);
  }

  /** An input is finished. Returns whether all of its text is where it belongs. */
  async end(job: Job, { transcript, error }: Outcome): Promise<boolean> {
    this.#line.clear();
    const interrupted = error?.code === "aborted";
    const kept = error === undefined || transcript?.text !== "" ? transcript : undefined;
    this.#print(job.input.path, { transcript: kept, error });
    const errors = error === undefined || interrupted ? [] : [error];
    if (kept !== undefined) errors.push(...(await this.#deliver(job, kept)));
    for (const { oneLine } of errors) this.#note(`error: ${oneLine}`);
    return this.#tally.add({
      errors: errors.map(({ code }) => code),
      interrupted,
      truncated: kept?.truncated ?? false,
    });
  }

  /** What goes to standard output for an input. */
  #print(path: string, { transcript, error }: Outcome): void {
    const { json, layout } = this.#given;
    const format = this.#plan.toStandardOutput;
    if (json && error !== undefined) {
      const { code, message, hint } = error;
      const kind = this.#asEvents ? { type: "error" } : { ok: false };
      this.#lines.out(
        jsonLine({ path, ...kind, error: { code, message, hint }, partial: transcript }),
      );
    } else if (json) {
      // The last event had the transcript.
      if (!this.#asEvents) this.#lines.out(jsonLine({ path, ok: true, ...transcript }));
    } else if (this.#sentences !== undefined) {
      this.#sentences.end();
    } else if (!this.#printsTurns && format !== undefined && transcript !== undefined) {
      this.#lines.out(render(format, transcript, { ...layout, path }));
    }
  }

  /** Writes the files, and tells of the transcript what its text does not. */
  async #deliver(job: Job, transcript: Transcript): Promise<AsrError[]> {
    const { layout, stats, quiet } = this.#given;
    const { path } = job.input;
    const { paths, errors } = await deliver(job, transcript, {
      layout,
      mayReplace: this.#plan.mayReplace,
      lastResort: (text) => this.#lines.out(text),
    });
    const isSeen = this.#asText || this.#plan.jobs.length === 1;
    if (!quiet && (paths.length > 0 || !isSeen)) this.#note(fileLine(path, transcript, paths));
    for (const warning of warningsOn(transcript)) this.#note(`warning: ${path}: ${warning}`);
    if (!quiet) for (const note of transcript.notes ?? []) this.#note(`note: ${path}: ${note}`);
    if (!quiet && transcript.text === "") this.#note(`note: ${path}: no speech was recognised`);
    if (stats) this.#note(statsText(transcript));
    if (!quiet && !this.#isDemoNoted) this.#note(demoNote);
    this.#isDemoNoted = true;
    return errors;
  }

  /** Sums up, and returns the exit status. */
  summary(): number {
    const { text, exitStatus } = this.#tally;
    if (text !== undefined && !this.#given.quiet) this.#note(text);
    return exitStatus;
  }

  get #asText(): boolean {
    return this.#plan.toStandardOutput === "txt" && !this.#given.json;
  }

  get #asEvents(): boolean {
    return this.#given.json && this.#given.stream;
  }

  #note(text: string): void {
    this.#lines.note(`${text}\n`);
  }
}

function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
