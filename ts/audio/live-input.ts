import { AsrError } from "../contract/errors.ts";
import { type Decoding, decodedStream } from "./ffmpeg/ffmpeg.ts";
import type { InputFacts } from "./ffmpeg/log.ts";
import { NoAudioTrack, UnreadableAudio } from "./ffmpeg/words.ts";
import { gapsNoted } from "./files/gaps.ts";
import { shortfall } from "./files/shortfall.ts";
import { Mp3Promise } from "./formats/mp3-stream.ts";
import { headLength, noAudioAt } from "./formats/no-audio.ts";
import { openEnded } from "./formats/wav-stream.ts";
import { checked, type Range, reworded, wholeRange } from "./samples/checked.ts";
import {
  type DecodedBlock,
  type DecodedStream,
  noRemarks,
  sampleRate,
} from "./samples/recording.ts";
import { noSuchTrack } from "./tracks/tracks.ts";

/**
 * Opens a recording in any format that ffmpeg can read from a pipe, of which the bytes are still
 * coming: each block of samples is there as soon as its bytes are. `track` is the number of the
 * audio track, from 1; undefined for that which the file says is the default. Only `range` is
 * heard; behind it nothing is read.
 */
export function openLive(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  range: Range = wholeRange,
  track?: number,
): DecodedStream {
  const remarks = noRemarks();
  const mp3 = new Mp3Promise();
  const bytes = openEnded(looked(stream, name, mp3), remarks.losses);
  const blocks = checked(wholeOrTold(bytes, mp3, { name, range, remarks }, track), name, range);
  const heard = gapsNoted(hinted(blocks, name, track), range.start, remarks.notes);
  return { name, duration: undefined, blocks: heard, remarks };
}

/**
 * The sound in the bytes. Where the header of a FLAC or an MP3 promises more than comes, that is a
 * loss. Of other formats the length is not known from a pipe, or it may be a writer's guess.
 */
async function* wholeOrTold(
  bytes: AsyncIterable<Uint8Array>,
  mp3: Mp3Promise,
  { name, range, remarks }: Decoding,
  track: number | undefined,
): AsyncGenerator<DecodedBlock> {
  let facts: InputFacts | undefined;
  const onFacts = (found: InputFacts) => {
    facts = found;
  };
  const damage = noRemarks();
  let end = 0;
  for await (const block of decodedStream(
    bytes,
    { name, range, remarks: damage, onFacts },
    track,
  )) {
    end = block.at + block.samples.length / block.channels;
    yield block;
  }
  const isWhole = end < range.end * sampleRate;
  const short = isWhole ? shortfall(promisedBy(facts, mp3), end / sampleRate) : undefined;
  // Of what is cut short ffmpeg says no more than that.
  remarks.losses.push(...(short === undefined ? damage.losses : [short]));
}

/** How many seconds of sound a header promises that can be relied on; undefined for no such. */
function promisedBy(facts: InputFacts | undefined, mp3: Mp3Promise): number | undefined {
  if (facts?.format === "mp3") return mp3.seconds;
  return facts?.format === "flac" ? facts.duration : undefined;
}

/** The same bytes, when the first of them may be sound; `mp3` sees them, too. */
async function* looked(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  mp3: Mp3Promise,
): AsyncGenerator<Uint8Array, void, undefined> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const part of stream) {
    mp3.push(part);
    if (head === undefined) {
      yield part;
      continue;
    }
    head = Buffer.concat([head, part]);
    if (head.length < headLength) continue;
    yield sound(head, name);
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield sound(head, name);
}

function sound(head: Uint8Array, name: string): Uint8Array {
  const found = noAudioAt(head.subarray(0, headLength));
  if (found !== undefined) throw new AsrError("input", `${name}: ${found.what}`, found.hint);
  return head;
}

/** The same blocks, with errors that say what can be done about a live stream. */
function hinted(blocks: DecodedStream["blocks"], name: string, track = 1): DecodedStream["blocks"] {
  return reworded(blocks, (error, any) => {
    if (error instanceof NoAudioTrack && track > 1) {
      const hint = "leave audioTrack (--audio-track) out to hear the default one";
      return noSuchTrack(track, name, hint);
    }
    if (any || !(error instanceof UnreadableAudio)) return error;
    // Most MP4 files tell at their end how they are to be read.
    const hint = "some formats can only be read as a whole: leave live (--stream) out";
    return new AsrError(error.code, error.message, hint, { cause: error });
  });
}
