import type { PcmFormat, PcmStream } from "../../audio/pcm.ts";
import { checkTrackChoice } from "../../audio/tracks/track-language.ts";
import { AsrError } from "../../contract/errors.ts";
import { keywordList } from "../../contract/keywords.ts";
import { checkLive, checkSpan, checkWords } from "../../contract/option-checks.ts";
import type { EngineOptions, HubOptions, StreamSettings } from "../../contract/options.ts";
import { defaultModel, parseModelName } from "../../hub/names.ts";
import { demoModel } from "../../native/locate.ts";
import { program } from "../../native/program.ts";
import type { Layout } from "../../output/cues/layout.ts";
import {
  formatOfFile,
  type OutputFormat,
  outputFormats,
  parseFormats,
} from "../../output/formats.ts";
import type { InputOptions } from "../files/inputs.ts";
import { type Destination, formatsOf } from "../files/plan.ts";
import { givenOptions } from "./option-flags.ts";
import { type TranscribeFlags, transcribeFlags } from "./transcribe-flags.ts";
import { readWordList } from "./word-list.ts";

/** What `transcribe` is to do. */
export interface Arguments {
  /** Files, folders, patterns, `-`. */
  names: readonly string[];
  inputOptions: InputOptions;
  /** Whether the sample is transcribed, as there is no other input. */
  sample: boolean;
  /** What standard input is, when it has no header. */
  pcm: (PcmFormat & { encoding?: "s16le" | "f32le" | undefined }) | undefined;
  /** The input of `mic`, instead of names; `stop` ends it. */
  microphone?: { input: PcmStream; stop: () => void } | undefined;
  destination: Destination;
  layout: Partial<Layout>;
  model: string;
  engine: EngineOptions & HubOptions;
  settings: StreamSettings;
  /** Whether the audio tracks of the inputs are listed instead. */
  listTracks: boolean;
  /** Whether items come on lines of standard input. */
  worker: boolean;
  json: boolean;
  stream: boolean;
  /** Whether files are read on while they grow. */
  follow: boolean;
  failFast: boolean;
  stats: boolean;
  quiet: boolean;
  progress: "auto" | "always" | "never";
}

/** A command line of `transcribe` whose flags were read. */
export interface TranscribeCommandLine {
  argv: readonly string[];
  flags: TranscribeFlags;
  names: readonly string[];
  /** The format where none is asked for; `txt` without it. */
  usual?: OutputFormat;
}

/**
 * What a command line of `transcribe` asks for. Without inputs it is the sample's turn, unless the
 * caller has an input, which comes live. Throws AsrError `usage`.
 */
export function argumentsOf(
  { argv, flags: given, names, usual }: TranscribeCommandLine,
  hasInput = false,
): Arguments {
  checkSlips(argv);
  const isLive = hasInput || given.has("stream") || given.has("follow");
  const inputs = inputsOf(given, names);
  const isNamed = inputs.names.length > 0 || inputs.inputOptions.filesFrom !== undefined;
  const worker = given.has("worker");
  if (worker) checkWorker(given, isNamed);
  const sample = !isNamed && !hasInput && !worker;
  const destination = destinationOf(given);
  const settings = settingsOf(given, isLive);
  return {
    ...inputs,
    destination,
    layout: defined({
      maxLineWidth: given.value("max-line-width"),
      maxLineCount: given.value("max-line-count"),
      maxWordsPerCue: given.value("max-words-per-cue"),
      highlightWords: given.has("highlight-words") || undefined,
      rtlMarks: given.has("rtl-marks") || undefined,
    }),
    sample,
    model: modelOf(given, sample),
    engine: engineOf(given),
    settings: needsWords(given, destination, usual) ? { words: "auto", ...settings } : settings,
    listTracks: given.has("list-tracks"),
    worker,
    json: given.has("json"),
    stream: isLive,
    follow: given.has("follow"),
    failFast: given.has("fail-fast"),
    stats: given.has("stats"),
    quiet: given.has("quiet"),
    progress: given.value("progress") ?? transcribeFlags.Behaviour.progress.default,
  };
}

/** Habits from other programs that would otherwise be misread, with what to write instead. */
function checkSlips(argv: readonly string[]): void {
  const end = argv.indexOf("--");
  for (const arg of end < 0 ? argv : argv.slice(0, end)) {
    const format = /^-o([a-z]{3,5})$/.exec(arg)?.[1];
    if (format !== undefined && outputFormats.some((name) => name === format)) {
      throw new AsrError("usage", `unknown flag ${arg}`, `use --output-format ${format}`);
    }
  }
}

/** What a worker does not do: its inputs and its outputs are lines. */
const notOfWorkers = [
  ...(["list-tracks", "files-from", "follow", "stdin-pcm", "stream", "start", "end"] as const),
  ...(["output-dir", "output", "json", "overwrite", "skip-existing"] as const),
];

function checkWorker(given: TranscribeFlags, isNamed: boolean): void {
  const stray = notOfWorkers.find((name) => given.has(name));
  if (stray === undefined && !isNamed) return;
  const what = stray === undefined ? "INPUT" : `--${stray}`;
  const hint = 'items are lines such as {"id": "1", "audio": "a.wav"}';
  throw new AsrError("usage", `--worker takes no ${what}`, hint);
}

function inputsOf(given: TranscribeFlags, names: readonly string[]) {
  const pcm = given.has("stdin-pcm");
  for (const name of ["rate", "channels", "encoding"] as const) {
    if (pcm || !given.has(name)) continue;
    throw new AsrError("usage", `--${name} says what --stdin-pcm is`, "add --stdin-pcm");
  }
  if (pcm && names.some((name) => name !== "-")) {
    throw new AsrError("usage", "--stdin-pcm takes no other input", "transcribe files apart");
  }
  return {
    names: pcm ? ["-"] : names,
    inputOptions: { recursive: given.has("recursive"), filesFrom: given.text("files-from") },
    pcm: pcm
      ? {
          sampleRate: given.value("rate") ?? transcribeFlags.Input.rate.default,
          channels: given.value("channels") ?? transcribeFlags.Input.channels.default,
          encoding: given.value("encoding"),
        }
      : undefined,
  };
}

/** The sample without a model is what shows that all is well: it needs no download. */
function modelOf(given: TranscribeFlags, sample: boolean): string {
  const usual = sample ? demoModel : process.env["BUN_ASR_MODEL"] || defaultModel;
  const [model, revision] = [given.text("model") ?? usual, given.text("revision")];
  // A name that is none is refused before inputs are searched for.
  const name = parseModelName(model);
  if (revision === undefined) return model;
  if (!("folder" in name) && !model.includes("@")) return `${model}@${revision}`;
  throw new AsrError("usage", `--revision ${revision}: ${model} has no revision to choose`);
}

function engineOf(given: TranscribeFlags): EngineOptions & HubOptions {
  const engine = givenOptions(given, "load");
  if (engine.aligner !== undefined) parseModelName(engine.aligner);
  return engine;
}

function destinationOf(given: TranscribeFlags): Destination {
  const lists = given.list("output-format");
  for (const list of lists) checkFormatSlip(list);
  const destination = {
    formats: lists.length > 0 ? parseFormats(lists.join(","), "--output-format") : undefined,
    directory: given.text("output-dir"),
    file: given.text("output"),
    overwrite: given.has("overwrite"),
    skipExisting: given.has("skip-existing"),
  };
  const toFiles = destination.directory !== undefined || (destination.file ?? "-") !== "-";
  if (!toFiles) {
    for (const name of ["overwrite", "skip-existing"] as const) {
      if (!given.has(name)) continue;
      throw new AsrError("usage", `--${name} is about files`, "add --output-dir DIR");
    }
    if (given.has("json") && destination.formats !== undefined) {
      const message = "--json and --output-format cannot share standard output";
      throw new AsrError("usage", message, "add --output-dir DIR, or leave one out");
    }
  }
  if (destination.overwrite && destination.skipExisting) {
    throw new AsrError("usage", "--overwrite and --skip-existing exclude each other");
  }
  return destination;
}

/** In whisper.cpp `-f` names the input. */
function checkFormatSlip(list: string): void {
  if (!/[./\\]/.test(list)) return;
  const message = `--output-format ${list}: looks like a file`;
  const hint =
    formatOfFile(list) === undefined
      ? `inputs need no flag: ${program} transcribe ${list}`
      : `use --output ${list}`;
  throw new AsrError("usage", message, hint);
}

function settingsOf(given: TranscribeFlags, live: boolean): StreamSettings {
  const settings = givenOptions(given, "recording", "session", "stream");
  // Refused here rather than after the model was loaded.
  checkWords(settings);
  checkTrackChoice(settings.audioTrack);
  checkLive(settings, live);
  checkSpan(settings);
  const lists = given.list("hotwords-file").map(readWordList);
  const keywords = keywordList([...(settings.keywords ?? []), ...lists.flat()]);
  return { ...settings, ...(keywords.length > 0 ? { keywords } : {}), live };
}

/** Whether subtitles are to be made by the times of words. Throws AsrError `usage` without any. */
function needsWords(
  given: TranscribeFlags,
  destination: Destination,
  usual: OutputFormat | undefined,
): boolean {
  const flag = (["max-words-per-cue", "highlight-words"] as const).find((name) => given.has(name));
  if (flag === undefined) return false;
  const isSubtitle = (format: OutputFormat) => format === "srt" || format === "vtt";
  if (formatsOf(destination, usual).some(isSubtitle)) return true;
  throw new AsrError("usage", `--${flag} is about subtitles`, "add --output-format srt, or vtt");
}

type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Without the keys that have no value: not every option takes undefined. */
function defined<T extends object>(options: T): Defined<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
