import { Asr } from "../asr.ts";
import { exitStatusOf } from "../command-line.ts";
import { demoModel, demoSample } from "../demo.ts";
import { AsrError } from "../errors.ts";
import { byteText } from "../hub/sizes.ts";
import { findInputs, type Input } from "../inputs.ts";
import type { CallOptions, Progress } from "../options.ts";
import { foldersOf, type Job, planOutputs } from "../output/plan.ts";
import { prepareFolder } from "../output/write.ts";
import type { Terminal } from "../terminal.ts";
import { type Arguments, isSample, readArguments } from "./arguments.ts";
import { Interrupt } from "./interrupt.ts";
import { downloadProgress, ProgressLine } from "./progress-line.ts";
import { Reporter } from "./reporter.ts";
import { type Recognizer, Run, runsInOrder } from "./run.ts";
import { transcribeUsage } from "./transcribe-flags.ts";

/** Opens the model that the command line names. */
export type Load = (given: Arguments, options: CallOptions) => Promise<Recognizer>;

/** The sample without a model is what shows that all is well: it needs no download. */
export const loadAsr: Load = async (given, options) =>
  await Asr.load(given.model ?? (isSample(given) ? demoModel : undefined), {
    ...given.engine,
    ...options,
  });

/** The command `transcribe`: returns the exit status. */
export async function transcribeCommand(
  argv: readonly string[],
  terminal: Terminal,
  load: Load = loadAsr,
): Promise<number> {
  return await exitStatusOf(terminal, async () => {
    const given = readArguments(argv);
    if (given !== "help") return await transcribeAll(given, terminal, load);
    terminal.out(transcribeUsage);
    return 0;
  });
}

/** Does what `transcribe` is to do: returns the exit status. */
export async function transcribeAll(
  given: Arguments,
  terminal: Terminal,
  load: Load,
): Promise<number> {
  const plan = planOutputs(await inputsOf(given), given.destination);
  for (const folder of foldersOf(plan)) await prepareFolder(folder);
  const line = new ProgressLine(
    given.progress === "always" ? { ...terminal, noteIsTty: true } : terminal,
    !given.quiet && given.progress !== "never",
  );
  const reporter = new Reporter(given, plan, terminal, line);
  const jobs = plan.jobs.filter(({ done }) => !done);
  using interrupt = new Interrupt(given.microphone?.stop);
  if (jobs.every(({ input }) => input.problem !== undefined)) {
    // Nothing is worth opening a model for.
    for (const job of jobs) {
      reporter.begin(job);
      await reporter.end(job, { error: job.input.problem });
    }
  } else {
    try {
      line.show("loading the model");
      const onProgress = loadProgress(line, given.quiet ? undefined : terminal);
      const options = { signal: interrupt.signal, onProgress };
      await using recognizer = await load(given, options);
      line.clear();
      await transcribeJobs(jobs, given, recognizer, reporter, interrupt);
    } finally {
      line.clear();
    }
  }
  const status = reporter.summary();
  return interrupt.status ?? status;
}

async function inputsOf(given: Arguments): Promise<readonly Input[]> {
  if (given.microphone !== undefined) return [{ path: "microphone", relative: "microphone" }];
  if (isSample(given)) {
    return [{ path: demoSample, relative: "sample.wav" }];
  }
  const inputs = await findInputs(given.names, given.inputOptions);
  if (inputs.length > 0) return inputs;
  throw new AsrError("usage", `--files-from ${given.inputOptions.filesFrom}: names no file`);
}

const defaultBatch = 8;
const defaultChunkSeconds = 30;

async function transcribeJobs(
  jobs: readonly Job[],
  given: Arguments,
  recognizer: Recognizer,
  reporter: Reporter,
  interrupt: Interrupt,
): Promise<void> {
  const { settings, engine, microphone, pcm, failFast } = given;
  const batch = engine.batch ?? defaultBatch;
  const atOnce = batch * (settings.chunkSeconds ?? defaultChunkSeconds);
  const context = { recognizer, settings, signal: interrupt.signal, atOnce };
  const samples = microphone?.input ?? (pcm && { ...pcm, stream: Bun.stdin.stream() });
  const start = (job: Job) => new Run(job, samples ?? job.input.path, context);
  for await (const run of runsInOrder(jobs, start, batch)) {
    // After an interrupt only what had begun is worth a word.
    if (interrupt.signal.aborted && (await run.ended).transcript === undefined) continue;
    reporter.begin(run.job);
    reporter.follow(run);
    const isWhole = await reporter.end(run.job, await run.ended);
    if (failFast && !isWhole) return interrupt.abort();
  }
}

/** Shows how far opening a model is; a terminal without such a line is told once of a download. */
function loadProgress(
  line: ProgressLine,
  terminal: Terminal | undefined,
): (progress: Progress) => void {
  let first: { at: number; done: number } | undefined;
  return (progress) => {
    if (progress.phase !== "download") return line.show("loading the model");
    const now = performance.now();
    if (first === undefined && terminal?.noteIsTty === false) {
      const bytes = byteText((progress.total ?? 0) - progress.done);
      terminal.note(`downloading the model, ${bytes}\n`);
    }
    first ??= { at: now, done: progress.done };
    const { at, done } = first;
    line.update(() => downloadProgress(progress, progress.done - done, now - at));
  };
}
