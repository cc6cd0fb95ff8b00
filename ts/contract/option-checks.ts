import { didYouMean } from "./did-you-mean.ts";
import { AsrError } from "./errors.ts";
import { keywordList } from "./keywords.ts";
import { alignerLanguages } from "./language-names.ts";
import { languageChoice } from "./languages.ts";
import { expected } from "./option-kinds.ts";
import { type OptionName, optionNames, optionRow } from "./option-table.ts";
import type {
  AlignOptions,
  CheckedSettings,
  LoadOptions,
  ModelName,
  OneStreamOptions,
  SessionOptions,
  StreamOptions,
  StreamSettings,
  TranscribeOptions,
} from "./options.ts";

const loadNames = optionNames("load", "call");
const transcribeNames = optionNames("recording", "session", "call");
/** Tokens are those of what was heard, not of a text that is given. */
const alignNames = transcribeNames.filter((name) => name !== "logprobs");
const streamNames = optionNames("recording", "session", "stream", "call");
const sessionNames = optionNames("session");

/** What each call takes. */
const taken = {
  load: loadNames,
  transcribe: transcribeNames,
  align: alignNames,
  stream: streamNames,
  /** The functions that open their model themselves. */
  oneCall: oneCallNames(transcribeNames),
  oneAlign: oneCallNames(alignNames),
  oneStream: oneCallNames(streamNames),
} as const;

/** Each once, for loading takes some that recordings take as well. */
function oneCallNames(names: readonly OptionName[]): OptionName[] {
  return [...new Set([...optionNames("model"), ...loadNames, ...names])];
}

/**
 * Refuses options that a call does not take, and values of the wrong type or out of their range:
 * callers in JavaScript and JSON files can pass anything. `owner` is what the message calls the
 * call. Throws AsrError `usage`.
 */
export function checkOptions(options: object, call: keyof typeof taken, owner: string): void {
  const known: readonly string[] = taken[call];
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    // A misspelt option must not pass silently.
    const hint = whoTakes(name) ?? didYouMean(name, known);
    throw new AsrError("usage", `${owner}: unknown option "${name}"`, hint);
  }
  for (const [name, value] of Object.entries(options)) {
    // The loop above leaves no other names.
    if (value !== undefined) checkOption(name as OptionName, value);
  }
}

/** For an option of another call than it was given to. */
function whoTakes(name: string): string | undefined {
  const takes = (names: readonly string[]) => names.includes(name);
  if (takes(transcribeNames)) return "transcribe and stream take it";
  if (takes(streamNames)) return "stream and transcribeStream take it";
  return takes(loadNames) ? "load takes it" : undefined;
}

/** Refuses a value that an option cannot have. Throws AsrError `usage`. */
export function checkOption(name: OptionName, value: unknown): void {
  const { kind } = optionRow(name);
  const wanted = expected(kind, value);
  if (wanted === undefined) return;
  const names = kind.type === "choice" ? kind.choices : kind.type === "nameOrNumber" && kind.names;
  const hint = names && typeof value === "string" ? didYouMean(value, names) : undefined;
  throw new AsrError("usage", `${name} is ${shown(value)}, expected ${wanted}`, hint);
}

/** The settings of a transcription, checked, without what cannot cross to the engine's thread. */
export function recordingSettings(options: TranscribeOptions): CheckedSettings {
  return checkedSettings(options, "transcribe");
}

/** The same for streams. */
export function streamSettings(options: StreamOptions): CheckedSettings {
  return checkedSettings(options, "stream");
}

/** The same for a text that is given, which is one text: channels each on its own are refused. */
export function alignSettings(options: AlignOptions): CheckedSettings {
  const settings = checkedSettings(options, "align");
  if (settings.channel === "each") {
    const hint = "choose one channel, or align each with its own text";
    throw new AsrError("usage", 'a text is aligned to one channel, not to "each"', hint);
  }
  return settings;
}

function checkedSettings(
  options: StreamOptions,
  call: "transcribe" | "align" | "stream",
): CheckedSettings {
  checkOptions(options, call, call);
  checkSpan(options);
  checkWords(options);
  const { signal: _, onProgress: __, keywords, ...settings } = options;
  return {
    ...settings,
    ...languageChoice(settings),
    keywords: keywords && keywordList(keywords),
  };
}

/**
 * Refuses what needs the whole recording where it is heard as it comes: channels each on its own,
 * because one text grows, and a track by its language, because nobody has looked at the others.
 * Throws AsrError `usage`.
 */
export function checkLive(
  { channel, audioTrack = "default" }: StreamSettings,
  live: boolean,
): void {
  if (!live) return;
  if (channel === "each") {
    const hint = "choose one channel, or leave live (--stream, --follow) out";
    throw new AsrError("usage", 'live and channel "each" exclude each other', hint);
  }
  if (typeof audioTrack === "string" && audioTrack !== "default") {
    const hint = "give its number, or leave live (--stream, --follow) out";
    throw new AsrError("usage", `a live stream has no track to choose by "${audioTrack}"`, hint);
  }
}

/** Refuses a part of a recording that has no length. Throws AsrError `usage`. */
export function checkSpan({ start = 0, end }: Pick<StreamOptions, "start" | "end">): void {
  if (end === undefined || end > start) return;
  throw new AsrError("usage", `end is ${end}, expected more than start, which is ${start}`);
}

/**
 * Refuses the aligner for a recording that is said to be in a language, or in one of several, that
 * it does not know. Throws AsrError `usage`.
 */
export function checkWords({
  words,
  ...settings
}: Pick<StreamOptions, "words" | "language" | "languages">): void {
  const { language, languages = language && [language] } = languageChoice(settings);
  if (words !== "aligner" || !languages) return;
  if (languages.some((name) => alignerLanguages.has(name))) return;
  const known = [...alignerLanguages].join(", ");
  const hint = `use attention (--words attention), or one of: ${known}`;
  const message = `the aligner does not know ${languages.join(" or ")}`;
  throw new AsrError("usage", message, hint, { reason: "no words" });
}

/** Parts the options of a call that opens its model itself; the signal belongs to both parts. */
export function parted(options: OneStreamOptions): {
  model: ModelName["model"];
  load: LoadOptions;
  rest: StreamOptions;
} {
  return {
    model: options.model,
    load: picked(options, loadNames),
    rest: picked(options, streamNames),
  };
}

/** What the native session takes of the settings. */
export function sessionOptions(settings: CheckedSettings): SessionOptions {
  return picked(settings, sessionNames);
}

/** The options of some names that are given. */
function picked<Options extends object>(
  options: Options,
  names: readonly string[],
): Partial<Options> {
  const entries = Object.entries(options).filter(([name]) => names.includes(name));
  // A part of an object has the types of the whole.
  return Object.fromEntries(entries) as Partial<Options>;
}

function shown(value: unknown): string {
  return Bun.inspect(value, { depth: 0 }).slice(0, 40);
}
