import { AsrError } from "../../contract/errors.ts";
import { englishLanguage } from "../../contract/language-search.ts";

/**
 * Which audio track is heard: its number, from 1, a language as `englishLanguage` reads it, or
 * `default`: the one that the file says is, else the first.
 */
export type TrackChoice = number | string;

/** Refuses a choice that no file could have. Throws AsrError `usage`. */
export function checkTrackChoice(choice: TrackChoice | undefined): void {
  if (typeof choice !== "string" || choice === "default") return;
  if (englishLanguage(choice) !== undefined) return;
  const hint = "give a number, a language such as de or German, or default";
  throw new AsrError("usage", `audioTrack is "${choice}", which is no language`, hint);
}

/** Whether a track's language, as its file tags it, is the one that a text means. */
export function isLanguage(tag: string, text: string): boolean {
  const language = englishLanguage(tag);
  return language !== undefined && language === englishLanguage(text);
}
