import type { ByteSource } from "./byte-source.ts";
import type { NoAudio } from "./no-audio.ts";

/** Bytes of a file from `start` up to `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

/** What the structure of a file tells before anything is decoded. */
export interface Findings {
  /** What is missing of the file. */
  losses: string[];
  /** What is odd about it, and loses nothing. */
  notes: string[];
  /** Recordings one behind the other of which ffmpeg hears the first alone; else undefined. */
  links?: ByteRange[];
  /** Length of the sound as the header counts it, in seconds. */
  promised?: number;
  /** Whether ffmpeg finds a time in it at once and exactly, because it has an index. */
  hasIndex?: boolean;
  /** Whether its format has no more than one audio track. */
  hasOneTrack?: boolean;
  /** Whether all its frames were looked at, so that every byte between them is accounted for. */
  isWalked?: boolean;
  /** Why none of it can be heard. */
  refusal?: NoAudio;
}

/** More recordings than this in one file are left to ffmpeg: each takes a process of its own. */
export const maxLinks = 1000;

/** How much of a file is there, where its header promises more. */
export function cutShort(promised: number, there: number): string {
  const said = `${promised.toLocaleString("en")} bytes are promised`;
  return `it is cut short: ${said}, ${there.toLocaleString("en")} are there`;
}

/** The note on recordings one behind the other. */
export function joinedNote(count: number): string {
  return `${count} recordings one behind the other: all are heard`;
}

/** So few bytes, in which no sound is, may stand behind the end of a recording: tags, filling. */
const maxTrailing = 1 << 16;

/** The loss where much follows the end of what can be heard, such as a file of another format. */
export async function trailingLoss(source: ByteSource, end: number): Promise<string[]> {
  const rest = source.length - end;
  if (rest <= maxTrailing) return [];
  const bytes = await source.read(end, maxTrailing);
  if (bytes.every((byte) => byte === 0)) return [];
  return [`${rest.toLocaleString("en")} bytes behind its end are not heard`];
}

/** The recordings that begin at these places, in a file of this length. */
export function linksAt(starts: readonly number[], length: number): ByteRange[] {
  return starts.map((start, index) => ({ start, end: starts[index + 1] ?? length }));
}
