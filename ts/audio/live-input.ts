import { AsrError } from "../contract/errors.ts";
import { checked, type Range, wholeRange } from "./checked.ts";
import { decodedStream } from "./ffmpeg.ts";
import { gapsNoted } from "./gaps.ts";
import { type DecodedStream, noRemarks } from "./recording.ts";

/**
 * Opens a recording in any format that ffmpeg can read from a pipe, of which the bytes are still
 * coming: each block of samples is there as soon as its bytes are. Only `range` is heard; behind it
 * nothing is read.
 */
export function openLive(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  range: Range = wholeRange,
): DecodedStream {
  const remarks = noRemarks();
  const blocks = checked(decodedStream(stream, { name, range, remarks }), name, range);
  const heard = gapsNoted(hinted(blocks), range.start, remarks.notes);
  return { name, duration: undefined, blocks: heard, remarks };
}

async function* hinted(blocks: DecodedStream["blocks"]): DecodedStream["blocks"] {
  let any = false;
  try {
    for await (const block of blocks) {
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
