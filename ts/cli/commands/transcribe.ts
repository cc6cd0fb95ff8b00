import { Asr } from "../../asr.ts";
import { follow } from "../../audio/follow.ts";
import type { AudioInput } from "../../audio/input.ts";
import { AsrError } from "../../contract/errors.ts";
import { languageChoice } from "../../contract/languages.ts";
import { optionTable } from "../../contract/option-table.ts";
import { fourBitNote } from "../../hub/accuracy.ts";
import { defaultAligner } from "../../hub/names.ts";
import { sampleFile } from "../../native/locate.ts";
import { findInputs, type Input } from "../files/inputs.ts";
import { foldersOf, type Job, type Plan, planOutputs } from "../files/plan.ts";
import { type Recognizer, Run, runsInOrder, type Transcription } from "../files/run.ts";
import { readSource } from "../files/source.ts";
import { prepareFolder } from "../files/write.ts";
import { type Arguments, argumentsOf } from "../flags/arguments.ts";
import { transcribeFlags } from "../flags/transcribe-flags.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import { Opening } from "../terminal/opening.ts";
import { ProgressLine } from "../terminal/progress-line.ts";
import { Reporter } from "../terminal/reporter.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { command } from "./command.ts";
import { listTracks } from "./list-tracks.ts";
import { type Load, opened, withProgress } from "./opening.ts";
import { serveLines } from "./transcribe-worker.ts";

/** Opens the model that the command line names with the library. */
export const loadAsr: Load<Recognizer> = async ({ model, engine }, options) =>
  await Asr.load(model, { ...engine, ...options });

/** Whoever pipes a recording in would take the sample's text for that of the recording. */
const unreadInput =
  "warning: no input is named, so this is the sample; - stands for standard input\n";

/** The command `transcribe`, with a library or what stands in for it. */
export const transcribeWith = (load: Load<Recognizer>) =>
  command({
    name: "transcribe",
    summary: "Writes what is said in recordings.",
    synopsis: "[INPUT…]",
    takesNames: true,
    description: `\
Writes what is said in each INPUT: a file in any audio or video format, a folder, a pattern such as
'talks/*.mp3', or - for standard input. Without INPUT it transcribes the sample that comes with the
demo model. Text goes to standard output, in paragraphs, or sentence by sentence on a terminal; all
else goes to standard error.`,
    flags: transcribeFlags,
    closing: `\
exit status: 0 done, 1 an input failed or text was lost, 2 usage, 3 model, 4 native library or
platform, 70 a fault of bun-asr itself, 130 interrupted. The first interrupt writes what is
finished, the second one ends at once.`,
    read: async (line) => {
      const given = argumentsOf(line);
      return workOf(given, given.worker ? [] : await inputsOf(given));
    },
    needs: ({ given, plan }) => {
      if (given.worker) return ["library", "ffmpeg"];
      if (!plan.jobs.some(isOpen)) return [];
      if (given.listTracks) return ["ffmpeg"];
      // The sample is read without ffmpeg, which is large to fetch.
      return given.sample ? ["library"] : ["library", "ffmpeg"];
    },
    run: async (work, terminal) => {
      const { given, plan } = work;
      if (given.worker) return await serveLines(given, terminal, load);
      if (given.sample && terminal.inIsGiven) terminal.note(unreadInput);
      if (!given.listTracks) return await transcribeAll(work, terminal, load);
      const inputs = plan.jobs.map(({ input }) => input);
      return await listTracks(inputs, given.json, terminal);
    },
  });

export const transcribeCommand = transcribeWith(loadAsr);

/** What is to be done, of which all is known that can be known before. */
export interface Work {
  given: Arguments;
  plan: Plan;
}

/** Plans the work on inputs. Throws AsrError `usage` for what cannot be meant. */
export function workOf(given: Arguments, inputs: readonly Input[]): Work {
  // Tracks that are listed are no transcripts.
  return { given, plan: planOutputs(inputs, given.listTracks ? {} : given.destination) };
}

/** Whether a model is needed for a job. */
function isOpen({ input, done }: Job): boolean {
  return !done && input.problem === undefined;
}

/** Does what `transcribe` is to do: returns the exit status. */
export async function transcribeAll(
  { given, plan }: Work,
  terminal: Terminal,
  load: Load<Recognizer>,
): Promise<number> {
  for (const folder of foldersOf(plan)) await prepareFolder(folder);
  const shown = withProgress(terminal, given.progress);
  const line = new ProgressLine(shown, !given.quiet);
  const reporter = new Reporter(given, plan, terminal, line);
  const jobs = plan.jobs.filter(({ done }) => !done);
  using interrupt = new Interrupt(given.microphone?.stop);
  if (!jobs.some(isOpen)) {
    // Nothing is worth opening a model for.
    for (const job of jobs) {
      reporter.begin(job);
      await reporter.end(job, { error: job.input.problem });
    }
  } else {
    await using recognizer = await opened(given, shown, line, interrupt.signal, load);
    if (!given.quiet) {
      noteAccuracy(recognizer, given, terminal);
      noteWords(given, plan, terminal);
      for (const note of recognizer.info.notes) terminal.note(`note: ${note}\n`);
    }
    const aligner = given.engine.aligner ?? defaultAligner;
    const opening = new Opening(shown, line, aligner, given.quiet);
    await transcribeJobs(jobs, given, recognizer, reporter, interrupt, opening);
    opening.end();
  }
  const status = reporter.summary();
  return interrupt.status ?? status;
}

/** Tells whoever names a language what this model's bits are known to cost it. */
function noteAccuracy({ info }: Recognizer, { settings }: Arguments, terminal: Terminal): void {
  const { language, languages = [] } = languageChoice(settings);
  const note = fourBitNote(info.quantizedModules, language ? [language] : languages);
  if (note !== undefined) terminal.note(`note: ${note}\n`);
}

/** Tells whoever wants words in time where they are, if none of the outputs has them. */
function noteWords({ settings, json }: Arguments, plan: Plan, terminal: Terminal): void {
  const files = plan.jobs.flatMap((job) => job.files.map(({ format }) => format));
  const formats = [...files, plan.toStandardOutput ?? "txt"];
  if (settings.words === undefined || json || formats.some((format) => format !== "txt")) return;
  terminal.note(
    "note: text alone has no times of words; -f json, jsonl, tsv, vtt and lrc have them\n",
  );
}

async function inputsOf(given: Arguments): Promise<readonly Input[]> {
  if (given.sample) return [{ path: sampleFile(), relative: "sample.wav" }];
  const inputs = await findInputs(given.names, given.inputOptions);
  if (inputs.length > 0) return inputs;
  throw new AsrError("usage", `--files-from ${given.inputOptions.filesFrom}: names no file`);
}

async function transcribeJobs(
  jobs: readonly Job[],
  given: Arguments,
  recognizer: Recognizer,
  reporter: Reporter,
  interrupt: Interrupt,
  opening: Opening,
): Promise<void> {
  const { settings, engine, microphone, pcm, failFast } = given;
  const batch = engine.batch ?? optionTable.batch.default;
  const atOnce = batch * (settings.chunkSeconds ?? optionTable.chunkSeconds.default);
  const context = { signal: interrupt.signal, atOnce, onOpening: opening.progress };
  const samples = microphone?.input ?? (pcm && { ...pcm, stream: Bun.stdin.stream() });
  const inputOf = (source: string): AudioInput =>
    given.follow && source !== "-" ? follow(source, { signal: interrupt.signal }) : source;
  const start = (job: Job) => {
    const transcription: Transcription = (options) =>
      readSource(job.input, (source) =>
        recognizer.stream(samples ?? inputOf(source), { ...settings, ...options }),
      );
    return new Run(job, transcription, context);
  };
  for await (const run of runsInOrder(jobs, start, batch)) {
    // After an interrupt only what had begun is worth a word.
    if (interrupt.signal.aborted && (await run.ended).transcript === undefined) continue;
    reporter.begin(run.job);
    reporter.follow(run);
    const isWhole = await reporter.end(run.job, await run.ended);
    if (failFast && !isWhole) return interrupt.abort();
  }
}
