import { decodedStream } from "./ffmpeg.ts";
import { type AudioStream, checked } from "./recording.ts";

/**
 * Opens a recording in any format that ffmpeg can read from a pipe, of which the bytes are still
 * coming: each block of samples is there as soon as its bytes are.
 */
export function openLive(stream: AsyncIterable<Uint8Array>, name: string): AudioStream {
  return { name, duration: undefined, blocks: checked(decodedStream(stream, name), name) };
}
