import type { ChannelChoice } from "../contract/options.ts";
import type { NextBlock } from "./blocks.ts";
import { openFile } from "./files/file.ts";
import { spooled } from "./files/spool.ts";
import { heard } from "./hearing.ts";
import { type AudioInput, classify, type InputDescription } from "./input.ts";
import { limited } from "./limit.ts";
import { openLive } from "./live-input.ts";
import { openPcm } from "./pcm.ts";
import { type Range, wholeRange } from "./samples/checked.ts";
import {
  type AudioStream,
  type DecodedStream,
  type Recording,
  wholeRecording,
} from "./samples/recording.ts";
import type { TrackChoice } from "./tracks/track-language.ts";
import { checkOnlyTrack } from "./tracks/tracks.ts";

/** What of an input is heard, and when. */
export interface OpenOptions {
  /** Whether what comes to be while it is read is heard as it comes, instead of as a whole. */
  live?: boolean | undefined;
  /** Default: all of it. */
  range?: Range | undefined;
  /** Which audio track of a file; of a live stream by its number alone. */
  audioTrack?: TrackChoice | undefined;
  /** Which channels. Default: their mean. */
  channel?: ChannelChoice | undefined;
  /** A longer recording is an error. Default: any length. */
  maxSeconds?: number | undefined;
  /** Ends the decoding at once. */
  signal?: AbortSignal | undefined;
}

/** Opens an input by its description; `next` gives its bytes. */
export async function openInput(
  input: InputDescription,
  next: NextBlock,
  options: OpenOptions = {},
): Promise<AudioStream> {
  const { channel = "mix", maxSeconds, range = wholeRange } = options;
  const stream = await decodedInput(input, next, options);
  if (maxSeconds !== undefined) stream.blocks = limited(stream, maxSeconds, range);
  return heard(stream, channel);
}

async function decodedInput(
  input: InputDescription,
  next: NextBlock,
  { live = false, range = wholeRange, audioTrack: track = "default", signal }: OpenOptions,
): Promise<DecodedStream> {
  const { name } = input;
  const read = async (stream: AsyncIterable<Uint8Array>) => {
    if (!live) return await spooled(stream, name, { range, track, signal });
    return openLive(stream, name, range, typeof track === "number" ? track : undefined);
  };
  switch (input.kind) {
    case "path":
      if (input.isStream) return await read(Bun.file(input.path).stream());
      return await openFile(input.path, name, { range, track, signal });
    case "bytes":
      return await read(bytesFrom(next));
    case "pcm":
      checkOnlyTrack(track, name);
      return openPcm(next, input, range);
  }
}

async function* bytesFrom(next: NextBlock): AsyncGenerator<Uint8Array, void, undefined> {
  for (let block = await next(); block !== undefined; block = await next()) yield block;
}

/** Opens an input on the thread that holds it. */
export async function openAudio(
  input: AudioInput,
  options: OpenOptions = {},
): Promise<AudioStream> {
  const { description, content } = classify(input);
  const next = async () => (await content?.blocks.next())?.value;
  return await openInput(description, next, options);
}

/** Reads a whole recording. */
export async function loadAudio(input: AudioInput): Promise<Recording> {
  return await wholeRecording(await openAudio(input));
}
