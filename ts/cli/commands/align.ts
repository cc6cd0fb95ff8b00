import { Asr } from "../../asr.ts";
import type { AudioInput } from "../../audio/input.ts";
import type { Alignment, GivenText } from "../../contract/alignment.ts";
import { AsrError } from "../../contract/errors.ts";
import { alignSettings } from "../../contract/option-checks.ts";
import type { AlignOptions, Progress } from "../../contract/options.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { defaultAligner } from "../../hub/names.ts";
import { destinationOf, lostSounds, renderer } from "../files/aligned-output.ts";
import { deliver } from "../files/deliver.ts";
import { type GivenFile, readGivenText } from "../files/given-text.ts";
import { findInputs } from "../files/inputs.ts";
import { foldersOf, type Job, type Plan, planOutputs } from "../files/plan.ts";
import { readSource } from "../files/source.ts";
import { prepareFolder } from "../files/write.ts";
import { type Arguments, argumentsOf } from "../flags/arguments.ts";
import type { Flag, FlagTable } from "../flags/flags.ts";
import { transcribeFlags } from "../flags/transcribe-flags.ts";
import { alignmentNotes, percentText, soundsNote } from "../terminal/alignment-notes.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import { fileLine, statsText, warningsOn } from "../terminal/notes.ts";
import { Opening } from "../terminal/opening.ts";
import { ProgressLine, recordingProgress } from "../terminal/progress-line.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { command } from "./command.ts";
import { type Load, opened, withProgress } from "./opening.ts";

/** What the command needs of an open model. */
export interface TextAligner extends AsyncDisposable {
  align(input: AudioInput, text: GivenText, options: AlignOptions): Promise<Alignment>;
}

const own = {
  Text: {
    text: { value: "FILE", help: "plain text that is said in INPUT; - for standard input" },
    lines: { help: "with --text: each line is kept, instead of each sentence" },
    srt: {
      value: "FILE",
      help: "subtitles instead, SubRip or WebVTT: they keep all but their times",
      aliases: ["vtt", "subtitles"],
    },
  },
} as const;

const flags = { ...own, ...transcribeFlags } as const;

/** What has no meaning for one recording with its text. */
const idle = [
  "recursive",
  "files-from",
  "follow",
  "list-tracks",
  "stdin-pcm",
  "rate",
  "channels",
  "encoding",
  "stream",
  "step-seconds",
  "logprobs",
  "skip-existing",
  "fail-fast",
] as const;

/** What the help says otherwise than that of `transcribe`. */
const otherwise: Readonly<Record<string, Partial<Flag>>> = {
  "output-format": { default: "that of the subtitles, else srt" },
  channel: {
    value: "mix|left|right|N",
    help: "which channels are heard: their mean, or one by name or number",
  },
  words: {
    help:
      "where the words' times come from: attention, the aligner, or auto: the aligner where it " +
      "is there and knows the language, else attention",
    default: "auto",
  },
};

/** The flags with a meaning here. */
const shown: FlagTable = Object.fromEntries(
  Object.entries(flags).map(([heading, group]) => [
    heading,
    Object.fromEntries(
      Object.entries<Flag>(group)
        .filter(([name]) => !(idle as readonly string[]).includes(name))
        .map(([name, flag]) => [name, { ...flag, ...otherwise[name] }]),
    ),
  ]),
);

/** Of less than this the text is not that of the recording. */
const minMatched = 0.5;

/** The flag that a text beside the recording was meant for, by its name: the recording is first. */
function flagFor([name, ...more]: string[]): string | undefined {
  if (name === undefined || more.length > 0) return undefined;
  if (/\.(?:srt|vtt)$/i.test(name)) return `subtitles are given by a flag: --srt ${name}`;
  return /\.(?:txt|md)$/i.test(name) ? `a text is given by a flag: --text ${name}` : undefined;
}

/** What `align` is to do. */
interface Asked {
  given: Arguments;
  options: AlignOptions;
  file: GivenFile;
  plan: Plan;
  job: Job;
}

/** The command `align`, with a library or what stands in for it. */
export const alignWith = (load: Load<TextAligner>) =>
  command({
    name: "align",
    summary: "Finds when a given text was said, as for subtitles.",
    synopsis: "INPUT --text FILE | --srt FILE",
    takesNames: true,
    description: `\
Finds when the words of a text were said in INPUT, a file in any audio or video format or - for
standard input, of any length: new times for subtitles, subtitles for a script, the place of each
sentence of a book. What of the text was not heard, and what is said that is not in the text, is
told on standard error and in the JSON formats.`,
    flags,
    shown,
    closing: `\
exit status: 0 done, 1 INPUT failed, a part of it could not be heard, or less than half of the text
was heard; 2 usage, 3 model, 4 native library or platform, 70 a fault of bun-asr itself, 130
interrupted: what was heard by then is written.`,
    async read(line): Promise<Asked> {
      const stray = idle.find((name) => line.flags.has(name));
      if (stray !== undefined) throw new AsrError("usage", `align takes no --${stray}`);
      const [name, ...others] = line.names;
      if (name === undefined || others.length > 0) {
        const why = name === undefined ? "needs a recording" : "takes one recording at a time";
        throw new AsrError("usage", `align ${why}`, flagFor(others) ?? "see --help");
      }
      const source = {
        text: line.flags.text("text"),
        srt: line.flags.text("srt"),
        lines: line.flags.has("lines"),
      };
      if (name === "-" && (source.text === "-" || source.srt === "-")) {
        throw new AsrError("usage", "standard input (-) is given twice");
      }
      const asked = { ...line, flags: line.flags.of(transcribeFlags), usual: "srt" } as const;
      const given = argumentsOf(asked);
      const { live: _, ...options } = given.settings;
      alignSettings(options);
      const [input, ...more] = await findInputs([name]);
      if (input === undefined || more.length > 0) {
        const message = `${name}: is more than one recording`;
        throw new AsrError("usage", message, "align them one by one, each with its text");
      }
      if (input.problem !== undefined) throw input.problem;
      const file = await readGivenText(source);
      const plan = planOutputs([input], destinationOf(given.destination, file));
      return { given, options, file, plan, job: plan.jobs[0]! };
    },
    needs: () => ["library", "ffmpeg"],
    run: async (asked, terminal) => await alignOne(asked, terminal, load),
  });

export const alignCommand = alignWith(
  async ({ model, engine }, options) => await Asr.load(model, { ...engine, ...options }),
);

async function alignOne(
  asked: Asked,
  terminal: Terminal,
  load: Load<TextAligner>,
): Promise<number> {
  const { given, plan, job } = asked;
  const { path } = job.input;
  for (const folder of foldersOf(plan)) await prepareFolder(folder);
  using interrupt = new Interrupt();
  const { alignment, error } = await outcomeOf(asked, terminal, load, interrupt.signal);
  const errors = error === undefined ? [] : [error];
  if (given.json) terminal.out(jsonLine(path, alignment, error));
  if (alignment !== undefined) errors.push(...(await write(asked, alignment, terminal)));
  for (const { oneLine } of errors) terminal.note(`error: ${oneLine}\n`);
  if (interrupt.status !== undefined) return interrupt.status;
  const [first] = errors;
  if (first !== undefined || alignment === undefined) return exitCodes[first?.code ?? "internal"];
  if (alignment.matched >= minMatched) return alignment.truncated ? exitCodes.input : 0;
  const hint = "is it the text of this recording, in its language?";
  const share = percentText(alignment.matched);
  terminal.note(`error: ${path}: only ${share} of the text was heard; ${hint}\n`);
  return exitCodes.input;
}

/** How it ended. What failed half-way has both, with what was heard until there. */
interface Outcome {
  alignment?: Alignment | undefined;
  error?: AsrError | undefined;
}

async function outcomeOf(
  asked: Asked,
  terminal: Terminal,
  load: Load<TextAligner>,
  signal: AbortSignal,
): Promise<Outcome> {
  const { given, options, file, job } = asked;
  const shown = withProgress(terminal, given.progress);
  const line = new ProgressLine(shown, !given.quiet);
  const opening = new Opening(shown, line, given.engine.aligner ?? defaultAligner, given.quiet);
  try {
    await using aligner = await opened(given, shown, line, signal, load);
    const started = performance.now();
    const onProgress = (progress: Progress) => {
      if (progress.phase !== "decode") return opening.progress(progress);
      const { done, total } = progress;
      const elapsed = performance.now() - started;
      const text = (columns: number) =>
        `  ${recordingProgress({ done, total }, elapsed, columns - 4)}`;
      line.update(text, job.input.relative);
    };
    const calls = readSource(job.input, async function* (source) {
      yield await aligner.align(source, file.text, { ...options, signal, onProgress });
    });
    for await (const alignment of calls) return { alignment };
    return {};
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    const { partial } = error;
    if (partial === undefined || !isAlignment(partial)) return { error };
    return { error, alignment: { ...partial, finishReason: "cancelled", truncated: true } };
  } finally {
    opening.end();
  }
}

function isAlignment(transcript: Transcript): transcript is Alignment {
  return "matched" in transcript;
}

function jsonLine(path: string, alignment: Alignment | undefined, error: AsrError | undefined) {
  if (error === undefined) return `${JSON.stringify({ path, ok: true, ...alignment })}\n`;
  const { code, message, hint } = error;
  const why = { path, ok: false, error: { code, message, hint }, partial: alignment };
  return `${JSON.stringify(why)}\n`;
}

/** Writes the results, and tells of what does not match. Returns what could not be written. */
async function write(
  { given, file, plan, job }: Asked,
  alignment: Alignment,
  terminal: Terminal,
): Promise<readonly AsrError[]> {
  const { path } = job.input;
  const note = (text: string) => terminal.note(`${text}\n`);
  const rendered = renderer(alignment, file, { ...given.layout, path });
  const format = plan.toStandardOutput;
  if (format !== undefined && !given.json) terminal.out(rendered(format));
  const { paths, errors } = await deliver(job, alignment, {
    layout: given.layout,
    mayReplace: plan.mayReplace,
    lastResort: terminal.out,
    rendered,
  });
  if (!given.quiet) note(fileLine(path, alignment, paths));
  for (const warning of warningsOn(alignment)) note(`warning: ${path}: ${warning}`);
  if (!given.quiet) {
    for (const told of alignment.notes ?? []) note(`note: ${path}: ${told}`);
    const [head, ...rest] = alignmentNotes(
      alignment,
      file.subtitles === undefined ? "line" : "cue",
    );
    if (head !== undefined) note([`note: ${path}: ${head}`, ...rest].join("\n"));
    const sounds = soundsNote(lostSounds(file, [...job.files, { format }], given.layout));
    if (sounds !== undefined) note(`note: ${path}: ${sounds}`);
  }
  if (given.stats) note(statsText(alignment));
  return errors;
}
