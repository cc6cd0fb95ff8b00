// This folder: recordings that are files: opened once, and what they promise compared with what
// is there.

import { AsrError } from "../../contract/errors.ts";
import { examine } from "../formats/examine.ts";
import { type Findings, joinedNote, linksAt } from "../formats/findings.ts";
import { noAudioIn } from "../formats/no-audio.ts";
import { isWav } from "../formats/wav-format.ts";
import { readWavLayout, type WavLayout } from "../formats/wav-layout.ts";
import { noSamples, type Range, wholeRange } from "../samples/checked.ts";
import type { DecodedStream } from "../samples/recording.ts";
import type { TrackChoice } from "../tracks/track-language.ts";
import { checkOnlyTrack } from "../tracks/tracks.ts";
import { openCodedFile } from "./coded-file.ts";
import { OpenedFile } from "./opened-file.ts";
import { isReadable, openWavFile } from "./wav-file.ts";

/** What of a file is heard, and how long. */
export interface FileOptions {
  /** Default: all of it. */
  range?: Range | undefined;
  /** Default: the one that it prefers. */
  track?: TrackChoice | undefined;
  /** Ends the decoding at once. */
  signal?: AbortSignal | undefined;
}

/**
 * Opens a file by what its first bytes say: plain samples in a WAV are read here, every other
 * format goes through ffmpeg. `name` is what messages call it.
 */
export async function openFile(
  path: string,
  name: string,
  { range = wholeRange, track = "default", signal }: FileOptions = {},
): Promise<DecodedStream> {
  await using file = await OpenedFile.open(path, name);
  if (file.length === 0) throw new AsrError("input", `${name}: is empty`);
  const found = await noAudioIn(file);
  if (found !== undefined) throw new AsrError("input", `${name}: ${found.what}`, found.hint);
  const coded = { path, name, range, track, signal, state: file.state };
  if (!isWav(await file.read(0, 12))) {
    return openCodedFile({ ...coded, findings: await examine(file) });
  }
  const layout = await readWavLayout(file, name);
  // What this program cannot make sense of, ffmpeg may.
  const findings = { losses: layout.losses, notes: [], hasOneTrack: true };
  if (layout.objection !== undefined) {
    return openCodedFile({ ...coded, findings, objection: layout.objection });
  }
  if (layout.parts.length === 0) throw noSamples(name);
  checkOnlyTrack(track, name);
  if (isReadable(layout)) return openWavFile({ path, name, layout, state: file.state }, range);
  return openCodedFile({ ...coded, findings: { ...findings, ...joined(layout, file.length) } });
}

/** Of compressed WAV files that were joined ffmpeg hears the first alone. */
function joined({ starts }: WavLayout, length: number): Partial<Findings> {
  if (starts.length < 2) return {};
  return { links: linksAt(starts, length), notes: [joinedNote(starts.length)] };
}
