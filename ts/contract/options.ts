import type { SessionOptions } from "../native/model.ts";
import { checkOptionNames } from "./did-you-mean.ts";
import { AsrError } from "./errors.ts";
import { type Keyword, keywordList } from "./keywords.ts";
import { languageName, languageNames } from "./languages.ts";
import { checkOptionTypes } from "./option-types.ts";

/** How far a call is. */
export interface Progress {
  /** `download` and `load` of a model, `decode` of a recording. */
  phase: "download" | "load" | "decode";
  /** Bytes of a download, seconds of a recording. */
  done: number;
  /** The same unit; undefined while it is not known. */
  total: number | undefined;
  /** The file that is being fetched. */
  file?: string | undefined;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the work between two tokens; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a recording is transcribed with: plain data. Every field is optional. */
export interface RecordingSettings extends Omit<SessionOptions, "ignoreEos"> {
  /** Code or name of the language to write, as in `languages`. Default: the model detects it. */
  language?: string | undefined;
  /** Codes or names: the model detects one of these. */
  languages?: readonly string[] | undefined;
  /** Text that tells the model what to expect: names, terms, the topic. */
  prompt?: string | undefined;
  /** Words to listen for, with a weight where they need one; a negative weight avoids a word. */
  keywords?: readonly (string | Keyword)[] | undefined;
  /** Most tokens to write for one chunk. Default: in proportion to its length. */
  maxTokens?: number | undefined;
  /**
   * Length of the chunks that a recording is cut into, in seconds, 1 to 1200. Default: as the
   * checkpoint says, else 30.
   */
  chunkSeconds?: number | undefined;
  /** Ends chunks at pauses of `pauseSeconds`, and leaves the silence out. Default false. */
  vad?: boolean | undefined;
  /** Gives each token of the segments with its log-probability. Default false. */
  logprobs?: boolean | undefined;
  /** Length of the pauses for `vad`, which it turns on, in seconds, 0.2 to 60. Default 2. */
  pauseSeconds?: number | undefined;
}

/** Options of one transcription. */
export interface TranscribeOptions extends RecordingSettings, CallOptions {}

/** What a stream is transcribed with, besides. */
export interface StreamSettings extends RecordingSettings {
  /**
   * True hears the input as it comes, as from a microphone: text appears within `stepSeconds`,
   * first provisional, then stable. False decodes whole chunks, which costs less and is a little
   * more accurate. Default: true for streams, false for what is all there.
   */
  live?: boolean | undefined;
  /** How often a live stream is looked at, in seconds. Default 2. */
  stepSeconds?: number | undefined;
}

/** Options of one streaming transcription. */
export interface StreamOptions extends StreamSettings, CallOptions {}

const sessionNames = ["mel", "temperature", "seed", "repetitionPenalty", "noRepeatNgram"] as const;
const recordingNames = [
  ...["language", "languages", "prompt", "keywords", "maxTokens", "chunkSeconds", "vad"],
  "pauseSeconds",
  "logprobs",
  ...sessionNames,
];
const callNames = ["signal", "onProgress"];

/** The names of `TranscribeOptions`. */
export const transcribeOptionNames: readonly string[] = [...recordingNames, ...callNames];
/** The names of `StreamOptions`. */
export const streamOptionNames: readonly string[] = [
  ...transcribeOptionNames,
  ...["live", "stepSeconds"],
];

/**
 * Checks options and leaves out what cannot cross to the engine's thread. Throws AsrError `usage`.
 */
export function recordingSettings(options: TranscribeOptions): RecordingSettings {
  return checkedSettings(options, transcribeOptionNames, "transcribe");
}

/** The same for streams. */
export function streamSettings(options: StreamOptions): StreamSettings {
  return checkedSettings(options, streamOptionNames, "stream");
}

function checkedSettings(
  options: StreamOptions,
  known: readonly string[],
  owner: string,
): StreamSettings {
  checkOptionNames(options, known, owner);
  checkOptionTypes(options);
  const { signal: _, onProgress: __, ...settings } = options;
  languageName(settings.language);
  keywordList(settings.keywords ?? []);
  if (settings.languages !== undefined) {
    languageNames(settings.languages);
    if (settings.language !== undefined && settings.language !== "auto") {
      const hint = "language forces one, languages lets the model detect one of several";
      throw new AsrError("usage", "language and languages exclude each other", hint);
    }
  }
  checkRange("chunkSeconds", settings.chunkSeconds, 1, 1200);
  checkRange("pauseSeconds", settings.pauseSeconds, 0.2, 60);
  checkRange("temperature", settings.temperature, 0, 100);
  const { maxTokens } = settings;
  if (maxTokens !== undefined && !(Number.isSafeInteger(maxTokens) && maxTokens >= 1)) {
    throw new AsrError("usage", `maxTokens is ${maxTokens}, expected a whole number of at least 1`);
  }
  checkRange("stepSeconds", settings.stepSeconds, 0.5, 30);
  return settings;
}

function checkRange(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw new AsrError("usage", `${name} is ${value}, expected a number from ${least} to ${most}`);
}

/** What the native session takes of the settings. */
export function sessionOptions(settings: RecordingSettings): SessionOptions {
  return Object.fromEntries(
    sessionNames.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])),
  );
}
