// This folder: ffmpeg as a decoder: how it is found and guarded, what it says, and when its
// samples are heard.

import { resolve } from "node:path";
import { AsrError } from "../../contract/errors.ts";
import type { ByteRange } from "../formats/findings.ts";
import { type Range, wholeRange } from "../samples/checked.ts";
import {
  type AudioRemarks,
  type DecodedBlock,
  noRemarks,
  type Samples,
  sampleRate,
} from "../samples/recording.ts";
import { commonFormats, formatsOf } from "./demuxers.ts";
import { FfmpegLog, type InputFacts, logOptions } from "./log.ts";
import { NutReader } from "./nut.ts";
import { Patience } from "./patience.ts";
import { findFfmpeg, resamplerOf, startFfmpeg } from "./program.ts";
import { placedBlocks, Timeline } from "./timeline.ts";
import { lossIn, noSoundError, UnlistedFormat } from "./words.ts";

/** As long as ffmpeg is waited for, in all as long as its sound lasts besides. */
const patienceLimitMs = 60_000;

/** Whatever a file turns out to be, ffmpeg opens that file alone: no playlist leads elsewhere. */
const guard = (protocols: string, formats: string) => [
  "-protocol_whitelist",
  protocols,
  "-format_whitelist",
  formats,
];

/** What is decoded, and what is told of it. */
export interface Decoding {
  /** What messages call it. */
  name: string;
  /** Nothing is decoded behind its end, and what can be found at once before its start neither. */
  range: Range;
  /** Of them `losses` takes what is left out because it is damaged. */
  remarks: AudioRemarks;
  /** Whether its frames were walked, so that what ffmpeg says of the bytes between is no news. */
  isWalked?: boolean | undefined;
  /** Ends it at once. */
  signal?: AbortSignal | undefined;
  /** Called with what ffmpeg says of the file, before the first block. */
  onFacts?: ((facts: InputFacts) => void) | undefined;
}

/** A file to decode. */
export interface CodedSource {
  path: string;
  /** The bytes of it that are a recording of their own; undefined for all. */
  section?: ByteRange | undefined;
  /** Whether a time in it is found at once and exactly. */
  canSeek: boolean;
  /** The audio track to decode, from 1. */
  track: number;
}

/** What makes ffmpeg open a file, and no other; `address` is its path or what stands for it. */
export function fileInput(address: string, formats: string, protocols = "file"): string[] {
  return [...guard(protocols, formats), "-i", address];
}

/** What stands for a file's path in ffmpeg's options. */
export function addressOf(path: string): string {
  return `file:${resolve(path)}`;
}

/**
 * An audio track of a file, all its channels at 16 kHz. ffmpeg waits when nobody asks for samples,
 * and ends when the generator does.
 */
export async function* decodedFile(
  { path, section, canSeek, track }: CodedSource,
  decoding: Decoding,
): AsyncGenerator<DecodedBlock> {
  const { name, range } = decoding;
  const file = addressOf(path);
  const address =
    section === undefined ? file : `subfile,,start,${section.start},end,${section.end},,:${file}`;
  const protocols = section === undefined ? "file" : "file,subfile";
  const place = Math.min(range.start, maxSeek) - seekMargin;
  const seek = canSeek && place > 0 ? ["-ss", place.toFixed(3)] : [];
  const input = (formats: string) => [
    ...seek,
    ...soundOnly,
    ...fileInput(address, formats, protocols),
  ];
  const means = { track, shown: (line: string) => line.replaceAll(address, name) };
  try {
    yield* decoded(input(commonFormats), decoding, means);
  } catch (error) {
    if (!(error instanceof UnlistedFormat)) throw error;
    const formats = await formatsOf(await findFfmpeg());
    yield* decoded(input(formats), decoding, means);
  }
}

/**
 * ffmpeg counts from the first stamp where it seeks, we from zero, which may be a minute before;
 * decoders need a start-up.
 */
const seekMargin = 65;

/** In seconds: ffmpeg takes no time of 300,000 years, and no recording lasts thirty. */
const maxSeek = 1e9;

const soundOnly = ["-vn", "-sn", "-dn"];

/** ffmpeg's resampler takes no more. */
const maxResampled = 64;

/** Interleaved samples of another rate, brought to 16 kHz as they come. */
export async function* resampled(
  blocks: AsyncIterable<Samples>,
  { rate, channels }: { rate: number; channels: number },
  name: string,
): AsyncGenerator<Samples> {
  if (channels > maxResampled) {
    const message = `${name}: has ${channels} channels, of which ${maxResampled} can be resampled`;
    throw new AsrError("input", message, "bring it to 16 kHz");
  }
  const layout = ["-f", "f32le", "-ar", String(rate), "-ac", String(channels)];
  const input = [...guard("pipe", "f32le"), ...layout, "-i", "pipe:0"];
  const decoding = { name, range: wholeRange, remarks: noRemarks() };
  for await (const { samples } of decoded(input, decoding, { source: blocks })) yield samples;
}

/**
 * An audio track of a file whose bytes come in parts, as they come: that of a number, from 1, else
 * the one that ffmpeg prefers, as the file says. The formats that need their end to be read, such
 * as most MP4 files, cannot be read so.
 */
export async function* decodedStream(
  parts: AsyncIterable<Uint8Array>,
  decoding: Decoding,
  track?: number,
): AsyncGenerator<DecodedBlock> {
  // Not `-fflags nobuffer`: it throws away what was looked at to find out the format.
  const soon = ["-probesize", "32768", "-analyzeduration", "1000000"];
  const program = await findFfmpeg();
  // Both ask ffmpeg the first time; sound is waiting.
  const [formats] = await Promise.all([formatsOf(program), resamplerOf(program)]);
  const input = [...guard("pipe", formats), ...soon, ...soundOnly, "-i", "pipe:0"];
  const shown = (line: string) => line.replaceAll("pipe:0", decoding.name);
  yield* decoded(input, decoding, { source: parts, track, shown });
}

/** Added to stamps, so that none is below zero: NUT has no such stamps. In samples. */
const stampOffset = 2 ** 40;

/**
 * Stamps that go back by more than a second, as where files were joined, go on instead from where
 * they were: no container takes them, and ffmpeg would give the same one to all until the old place
 * is reached again. Where they go back by less, that is what should happen.
 */
const steadyStamps =
  `st(1,if(isnan(PREV_OUTPTS),PTS+${stampOffset},` +
  `PREV_OUTPTS+if(lt(PTS,PREV_INPTS-${sampleRate}),ld(0),PTS-PREV_INPTS)));` +
  "st(0,NB_SAMPLES);ld(1)";

/** Plain samples with their time stamps, in packets that are written at once. */
function outputOptions(resampler: string, track: number | undefined): string[] {
  const map = track === undefined ? [] : ["-map", `0:a:${track - 1}`];
  const filters = `aresample=${sampleRate}:${resampler},asetpts='${steadyStamps}'`;
  const format = ["-c:a", "pcm_f32le", "-f", "nut", "-flush_packets", "1"];
  return [...map, "-af", filters, ...format, "pipe:1"];
}

/** How ffmpeg is fed and read. */
interface Means {
  /** What it reads from standard input; undefined where it opens a file. */
  source?: AsyncIterable<Samples | Uint8Array>;
  /** The audio track, from 1; undefined for that which ffmpeg prefers. */
  track?: number | undefined;
  /** Its words as they are shown. */
  shown?: (line: string) => string;
}

async function* decoded(
  input: readonly string[],
  { name, range, remarks, isWalked = false, signal, onFacts }: Decoding,
  { source, track, shown = (line) => line }: Means,
): AsyncGenerator<DecodedBlock> {
  const program = await findFfmpeg();
  const output = outputOptions(await resamplerOf(program), track);
  const options = [...logOptions, "-copyts", ...input, ...output];
  const child = startFfmpeg(program, options, source !== undefined, signal);
  const log = new FfmpegLog(child.stderr);
  const reader = child.stdout.getReader();
  // What is fed waits for who feeds it.
  const patience = new Patience(source ? Number.POSITIVE_INFINITY : patienceLimitMs, name);
  try {
    let sourceFailure: { error: unknown } | undefined;
    const fed = feed(child.stdin, source).catch((error: unknown) => {
      sourceFailure = { error };
    });
    const nut = new NutReader();
    let timeline: Timeline | undefined;
    let reached = 0;
    while (reached < range.end * sampleRate) {
      const part = await patience.of(reader.read(), reached / sampleRate);
      if (part.done) break;
      const frames = nut.push(part.value);
      if (frames.length === 0 || nut.stream === undefined) continue;
      if (timeline === undefined) {
        const facts = await log.facts;
        onFacts?.(facts);
        timeline = new Timeline(facts);
      }
      for (const block of placedBlocks(frames, nut.stream, timeline, stampOffset)) {
        reached = block.at + block.samples.length / block.channels;
        yield block;
      }
    }
    if (timeline === undefined) onFacts?.(await log.facts);
    const isWhole = reached < range.end * sampleRate;
    if (!isWhole) child.kill("SIGKILL");
    const status = await child.exited;
    await log.end;
    signal?.throwIfAborted();
    if (isWhole && status === 0) await fed;
    // What ffmpeg says of bytes that stop short hides why they do.
    if (sourceFailure !== undefined) throw sourceFailure.error;
    if (isWhole && child.signalCode !== null) {
      const message = `${name}: cannot be decoded: ffmpeg was ended by ${child.signalCode}`;
      throw new AsrError("input", message);
    }
    const words = log.errors.map((line) => shown(withoutAddress(line)));
    const lost = lossIn(words, isWalked);
    const failed = status === 0 ? undefined : `ffmpeg ended with status ${status}`;
    if (isWhole && timeline === undefined && (lost ?? failed) !== undefined) {
      throw noSoundError(name, words, lost ?? failed ?? "");
    }
    const why = lost ?? timeline?.missing ?? (isWhole ? failed : undefined);
    if (why !== undefined) remarks.losses.push(`parts could not be decoded: ${why}`);
  } finally {
    child.kill("SIGKILL");
    // A stream that is not read to its end keeps its handle.
    await reader.cancel();
  }
}

async function feed(
  stdin: ReturnType<typeof startFfmpeg>["stdin"],
  blocks: AsyncIterable<Samples | Uint8Array> | undefined,
): Promise<void> {
  if (blocks === undefined || stdin === undefined || typeof stdin === "number") return;
  try {
    for await (const block of blocks) {
      try {
        // Both may fail later than they return.
        await stdin.write(block);
        await stdin.flush();
      } catch {
        // It has ended: its status says why.
        return;
      }
    }
  } finally {
    await stdin.end();
  }
}

/** A line of ffmpeg without the address of what says it, as in `[mp3 @ 0x55d1c8] `. */
function withoutAddress(line: string): string {
  return line.replace(/^(?:\[[^\]]*\]\s*)+/, "");
}
