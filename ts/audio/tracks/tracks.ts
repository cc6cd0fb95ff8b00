// This folder: the audio tracks of a file, and the choice of one.

import { AsrError } from "../../contract/errors.ts";
import { englishLanguage } from "../../contract/language-search.ts";
import { isLanguage, type TrackChoice } from "./track-language.ts";

/** An audio track of a file. */
export interface AudioTrack {
  /** Counted from 1, among the audio tracks of the file. */
  number: number;
  /** As the file tags it, as in `ger`; undefined where it does not. */
  language?: string | undefined;
  codec: string;
  channels?: number | undefined;
  /** In Hz. */
  sampleRate?: number | undefined;
  title?: string | undefined;
  /** Whether the file says that a player is to take this one. */
  isDefault: boolean;
}

/** The audio tracks that ffmpeg tells of a file it has opened. */
export function readTracks(said: string): AudioTrack[] {
  const tracks = new Map<number, AudioTrack>();
  let track: AudioTrack | undefined;
  for (const line of said.split(/\r?\n/)) {
    const [, index, language, kind, rest = ""] = streamLine.exec(line) ?? [];
    if (index !== undefined) {
      // A stream of two programs is told twice.
      track = tracks.get(Number(index));
      if (kind !== "Audio" || track !== undefined) continue;
      track = { number: 0, ...described(rest), language: tagOf(language) };
      tracks.set(Number(index), track);
    } else if (/^\s*(?:Program|Stream group|Chapter) /.test(line)) {
      track = undefined;
    } else if (track !== undefined) {
      const [, title] = /^\s+(?:title|name)\s*: (.*)$/i.exec(line) ?? [];
      track.title ??= title;
    }
  }
  // Programs are told one after the other, wherever their streams are.
  const inOrder = [...tracks].sort(([a], [b]) => a - b);
  return inOrder.map(([, found], index) => ({ ...found, number: index + 1 }));
}

/** As in `  Stream #0:1[0x101](ger): Audio: mp2 ([4][0][0][0] / 0x0004), 16000 Hz, mono, s16p`. */
const streamLine = /^\s*Stream #0:(\d+)(?:\[0x[\da-f]+\])?(?:\(([^)]*)\))?: (\w+): (.*)$/;

function tagOf(language: string | undefined): string | undefined {
  return language === undefined || /^und$/i.test(language) ? undefined : language;
}

function described(
  text: string,
): Pick<AudioTrack, "codec" | "channels" | "sampleRate" | "isDefault"> {
  const [, rate] = /, (\d+) Hz/.exec(text) ?? [];
  const [, layout] = /, \d+ Hz, ([^,]+)/.exec(text) ?? [];
  return {
    codec: /^[^\s,]+/.exec(text)?.[0] ?? "",
    channels: layout === undefined ? undefined : channelsOf(layout),
    sampleRate: rate === undefined ? undefined : Number(rate),
    isDefault: /\(default\)/.test(text.slice(text.lastIndexOf(","))),
  };
}

const namedLayouts: Readonly<Record<string, number>> = {
  mono: 1,
  stereo: 2,
  downmix: 2,
  binaural: 2,
  quad: 4,
  cube: 8,
  hexagonal: 6,
  octagonal: 8,
  hexadecagonal: 16,
};

/** How many channels a layout of ffmpeg's has: `stereo`, `5.1(side)`, `3 channels (FL+FR+FC)`. */
export function channelsOf(layout: string): number | undefined {
  const [, counted] = /^(\d+) channels/.exec(layout) ?? [];
  if (counted !== undefined) return Number(counted) || undefined;
  const [, order] = /^ambisonic (\d+)/.exec(layout) ?? [];
  if (order !== undefined) return (Number(order) + 1) ** 2;
  const [pointed] = /^\d+(?:\.\d+)+/.exec(layout) ?? [];
  if (pointed !== undefined) return pointed.split(".").reduce((sum, part) => sum + Number(part), 0);
  return namedLayouts[/^[a-z]+/.exec(layout)?.[0] ?? ""];
}

/** The track that is to be heard. Throws AsrError `input` where the file has no such track. */
export function chooseTrack(
  tracks: readonly AudioTrack[],
  choice: TrackChoice,
  name: string,
): AudioTrack {
  const [first] = tracks;
  if (first === undefined) throw new AsrError("input", `${name}: has no audio track`);
  const found = tracksFor(tracks, choice);
  const track = found.find(({ isDefault }) => isDefault) ?? found[0];
  if (track !== undefined) return track;
  throw noSuchTrack(choice, name, `it has ${tracks.map(trackText).join(", ")}`);
}

/** The error for a track that is not there. */
export function noSuchTrack(choice: TrackChoice, name: string, hint: string): AsrError {
  const which =
    typeof choice === "number" ? ` ${choice}` : ` in ${englishLanguage(choice) ?? choice}`;
  return new AsrError("input", `${name}: there is no audio track${which}`, hint);
}

/** Refuses a choice that what has no more than one track does not have. */
export function checkOnlyTrack(choice: TrackChoice, name: string): void {
  chooseTrack([{ number: 1, codec: "", isDefault: false }], choice, name);
}

function tracksFor(tracks: readonly AudioTrack[], choice: TrackChoice): readonly AudioTrack[] {
  if (choice === "default") return tracks;
  if (typeof choice === "number") return tracks.filter(({ number }) => number === choice);
  return tracks.filter(({ language }) => language && isLanguage(language, choice));
}

/** As in `track 2 (German, Commentary)`. */
export function trackText({ number, language, title }: AudioTrack): string {
  const known = [language && (englishLanguage(language) ?? language), title].filter(Boolean);
  return `track ${number}${known.length > 0 ? ` (${known.join(", ")})` : ""}`;
}

/** What is worth a word where a file has several tracks and nobody said which. */
export function trackNote(tracks: readonly AudioTrack[], heard: AudioTrack): string {
  return (
    `${trackText(heard)} of ${tracks.length} audio tracks is heard; audioTrack (--audio-track) ` +
    "chooses another"
  );
}
