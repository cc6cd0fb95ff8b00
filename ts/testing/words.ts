import { openAudio } from "../audio/open.ts";
import { sampleRate } from "../audio/samples/recording.ts";
import type { CheckedSettings } from "../contract/options.ts";
import type { Transcript, Word } from "../contract/transcript.ts";
import { recordingOptions } from "../engine/recording/options.ts";
import { transcribeRecording } from "../engine/recording/transcribe.ts";
import type { AlignerSource } from "../engine/words/aligner-source.ts";
import { speech } from "./goldens.ts";
import { type Script, scriptedEngine } from "./scripted-model.ts";

/** What an answer begins with. */
export const english = "language English<asr_text>";

/** Tokens are heard half a second after each other. */
export const hears = (token: number): number => 0.5 * token;

/** What a recording is heard by: a script, heads where `hears` is given, perhaps an aligner. */
export interface WordsGiven {
  script?: Script;
  hears?: ((token: number) => number) | undefined;
  source?: AlignerSource;
  seconds?: number;
  signal?: AbortSignal;
  onOpening?: () => void;
}

/** Transcribes a recording of four seconds, with three words if no script says otherwise. */
export async function wordsTranscript(
  settings: CheckedSettings,
  given: WordsGiven = {},
): Promise<Transcript> {
  const { script = () => `${english}One two three.`, source, seconds = 4, ...context } = given;
  const { engine } = scriptedEngine(script, { hears: given.hears, language: settings.language });
  const open = () => openAudio({ samples: speech(seconds * sampleRate), sampleRate });
  const options = recordingOptions(engine, settings, source);
  return await transcribeRecording(engine, open, options, context);
}

/** The words of all segments. */
export function wordsOf({ segments }: Transcript): Word[] {
  return segments.flatMap(({ words = [] }) => words);
}

/** Whether each word is estimated. */
export function kindsOf(result: Transcript): boolean[] {
  return wordsOf(result).map(({ estimated }) => estimated);
}
