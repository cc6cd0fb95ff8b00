import { AsrError } from "../../contract/errors.ts";
import { type Decoding, decodedFile } from "../ffmpeg/ffmpeg.ts";
import type { InputFacts } from "../ffmpeg/log.ts";
import type { Findings } from "../formats/findings.ts";
import { checked, type Range, reworded } from "../samples/checked.ts";
import {
  type AudioRemarks,
  type DecodedBlock,
  type DecodedStream,
  noRemarks,
  sampleRate,
} from "../samples/recording.ts";
import { tracksOfFile } from "../tracks/probe.ts";
import type { TrackChoice } from "../tracks/track-language.ts";
import { chooseTrack, trackNote } from "../tracks/tracks.ts";
import { gapsNoted } from "./gaps.ts";
import {
  changedWhileRead,
  type FileState,
  hasChanged,
  isSameFile,
  replaced,
  stateAt,
} from "./opened-file.ts";
import { shortfall } from "./shortfall.ts";

/** A file that ffmpeg decodes. */
export interface CodedFile {
  path: string;
  name: string;
  range: Range;
  track: TrackChoice;
  /** Ends the decoding at once. */
  signal?: AbortSignal | undefined;
  /** The state in which it was looked at. */
  state: FileState;
  findings: Findings;
  /** Why nothing else can read it: said where ffmpeg cannot either. */
  objection?: AsrError | undefined;
}

/** Opens a file that ffmpeg decodes. Throws AsrError `input` where none of it can be heard. */
export function openCodedFile(file: CodedFile): DecodedStream {
  const { name, range, findings, objection } = file;
  if (findings.refusal !== undefined) {
    throw new AsrError("input", `${name}: ${findings.refusal.what}`, findings.refusal.hint);
  }
  const remarks = { losses: [...findings.losses], notes: [...findings.notes] };
  const onFacts = ({ duration }: InputFacts) => {
    // Of joined recordings that is the length of one.
    if (findings.links === undefined) stream.guessedDuration = duration;
  };
  const sound = soundOf(file, remarks, onFacts);
  const heard = objection === undefined ? sound : unless(sound, objection);
  const blocks = checked(heard, name, range, () => stream.guessedDuration);
  const stream: DecodedStream = {
    name,
    again: () => openCodedFile(file),
    duration: undefined,
    blocks: gapsNoted(blocks, range.start, remarks.notes),
    remarks,
  };
  return stream;
}

/** The recordings in the file one behind the other; mostly there is one. */
async function* soundOf(
  file: CodedFile,
  remarks: AudioRemarks,
  onFacts: Decoding["onFacts"],
): AsyncGenerator<DecodedBlock> {
  const { path, name, range, signal, state, findings } = file;
  const number = await trackNumber(file, remarks);
  const damage = noRemarks();
  let end = 0;
  for (const section of findings.links ?? [undefined]) {
    const start = end;
    let isOpen = false;
    const canSeek = section === undefined && findings.hasIndex === true;
    const decoding = {
      name,
      range: { start: range.start - start / sampleRate, end: range.end - start / sampleRate },
      remarks: damage,
      isWalked: findings.isWalked,
      signal,
      onFacts,
    };
    const decoded = decodedFile({ path, section, canSeek, track: number }, decoding);
    for await (const { at, channels, samples } of decoded) {
      if (!isOpen) await checkSameFile(path, name, state);
      isOpen = true;
      // Samples before the start are there for the decoder alone.
      const hidden = Math.max(0, -at);
      const length = samples.length / channels;
      if (hidden < length) {
        yield { at: start + at + hidden, channels, samples: samples.subarray(hidden * channels) };
      }
      end = Math.max(end, start + at + length);
    }
    if (end >= range.end * sampleRate) break;
  }
  const isWhole = end < range.end * sampleRate;
  const short = isWhole ? shortfall(findings.promised, end / sampleRate) : undefined;
  if (short !== undefined) remarks.losses.push(short);
  // Of a file that is cut short ffmpeg says no more than that.
  if (remarks.losses.length === 0) remarks.losses.push(...damage.losses);
  if (await isChanged(path, state)) remarks.losses.push(changedWhileRead);
}

/** The number of the track that is to be heard, with a note where there was a choice. */
async function trackNumber(
  { path, name, track, signal, findings }: CodedFile,
  { notes }: AudioRemarks,
): Promise<number> {
  if (track === "default" && findings.hasOneTrack) return 1;
  const tracks = await tracksOfFile(path, signal);
  // Why it cannot be opened is told when it is decoded.
  if (tracks === undefined) return 1;
  const chosen = chooseTrack(tracks, track, name);
  if (track === "default" && tracks.length > 1) notes.push(trackNote(tracks, chosen));
  return chosen.number;
}

/** ffmpeg opens the path itself: by its first samples it has. */
async function checkSameFile(path: string, name: string, state: FileState): Promise<void> {
  const now = await stateAt(path);
  if (now !== undefined && !isSameFile(now, state)) throw replaced(name);
}

/** Whether the file was written to; another one at its path is of no matter. */
async function isChanged(path: string, state: FileState): Promise<boolean> {
  const now = await stateAt(path);
  return now !== undefined && isSameFile(now, state) && hasChanged(now, state);
}

/** The blocks; where there are none, what was said before ffmpeg was asked tells more. */
function unless(blocks: AsyncIterable<DecodedBlock>, objection: AsrError) {
  return reworded(blocks, (error, any) =>
    !any && error instanceof AsrError && error.code === "input" ? objection : error,
  );
}
