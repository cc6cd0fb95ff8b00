import { AsrError } from "../../contract/errors.ts";
import { resampled } from "../ffmpeg/ffmpeg.ts";
import { frameBytes, type WavLayout, type WavPart } from "../formats/wav-layout.ts";
import { readWavSamples } from "../formats/wav-samples.ts";
import { checked, finite, type Range, wholeRange } from "../samples/checked.ts";
import {
  type DecodedBlock,
  type DecodedStream,
  placed,
  type Samples,
  sampleRate,
} from "../samples/recording.ts";
import {
  changedWhileRead,
  type FileState,
  isSameFile,
  OpenedFile,
  replaced,
} from "./opened-file.ts";

/** A WAV file whose layout was read. */
export interface WavFile {
  path: string;
  name: string;
  layout: WavLayout;
  /** The state in which its layout was read. */
  state: FileState;
}

/** Whether this program can read the samples itself; compressed ones are for ffmpeg. */
export function isReadable({ parts }: WavLayout): boolean {
  return parts[0]?.format.coding !== undefined;
}

/**
 * Opens a WAV file whose samples are plain; only `range` is heard. What has another rate is brought
 * to 16 kHz.
 */
export function openWavFile(file: WavFile, range: Range = wholeRange): DecodedStream {
  const { name, layout } = file;
  const { losses, notes } = layout;
  const parts = layout.parts.filter(({ format }) => format.coding !== undefined);
  if (parts.length < layout.parts.length) {
    losses.push("some of the recordings in it are compressed, one behind the other");
  }
  const duration = parts.reduce((sum, part) => sum + secondsOf(part), 0);
  const remarks = { losses, notes };
  const samples = samplesOf(file, parts, losses, range.start);
  const blocks = checked(samples, name, range, () => duration);
  return { name, duration, blocks, remarks };
}

/** The length of a part in seconds. */
export function secondsOf({ format, length }: WavPart): number {
  return length / frameBytes(format) / format.sampleRate;
}

async function* samplesOf(
  { path, name, state }: WavFile,
  parts: readonly WavPart[],
  losses: string[],
  start: number,
): AsyncGenerator<DecodedBlock> {
  await using file = await OpenedFile.open(path, name);
  if (!isSameFile(file.state, state)) throw replaced(name);
  let before = 0;
  for (const part of parts) {
    const { sampleRate: rate, channels } = part.format;
    // Whole seconds have a place that is a whole number at every rate.
    const skipped = Math.floor(Math.min(secondsOf(part), Math.max(0, start - before)));
    const plain = blocksOf(file, after(part, skipped), name);
    const heard =
      rate === sampleRate ? plain : resampled(finite(plain, name), { rate, channels }, name);
    yield* placed(heard, channels, Math.round((before + skipped) * sampleRate));
    before += secondsOf(part);
  }
  if (await file.hasChangedSince(state)) losses.push(changedWhileRead);
}

/** The part without its first seconds. */
function after(part: WavPart, seconds: number): WavPart {
  const skipped = seconds * part.format.sampleRate * frameBytes(part.format);
  return { ...part, offset: part.offset + skipped, length: part.length - skipped };
}

/** Bounds what is held at once, whatever rate and channels a header says. */
const bytesAtOnce = 1 << 20;

async function* blocksOf(
  file: OpenedFile,
  { format, offset, length }: WavPart,
  name: string,
): AsyncGenerator<Samples> {
  const frame = frameBytes(format);
  const step = Math.max(1, Math.floor(bytesAtOnce / frame)) * frame;
  for (let at = 0; at < length; at += step) {
    const wanted = Math.min(step, length - at);
    const bytes = await file.read(offset + at, wanted);
    if (bytes.length < wanted) {
      throw new AsrError("input", `${name}: became shorter while it was read`, "start again");
    }
    yield readWavSamples(bytes, format);
  }
}
