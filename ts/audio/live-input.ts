import { AsrError } from "../contract/errors.ts";
import { decodedStream } from "./ffmpeg.ts";
import { type AudioStream, checked, noRemarks } from "./recording.ts";

/**
 * Opens a recording in any format that ffmpeg can read from a pipe, of which the bytes are still
 * coming: each block of samples is there as soon as its bytes are.
 */
export function openLive(stream: AsyncIterable<Uint8Array>, name: string): AudioStream {
  return { name, duration: undefined, blocks: heard(stream, name), remarks: noRemarks() };
}

async function* heard(stream: AsyncIterable<Uint8Array>, name: string): AudioStream["blocks"] {
  let any = false;
  try {
    for await (const block of checked(decodedStream(stream, name), name)) {
      any = true;
      yield block;
    }
  } catch (error) {
    if (any || !(error instanceof AsrError) || error.hint !== undefined) throw error;
    // Most MP4 files tell at their end how they are to be read.
    const hint = "some formats can only be read as a whole: leave live (--stream) out";
    throw new AsrError(error.code, error.message, hint, { cause: error });
  }
}
