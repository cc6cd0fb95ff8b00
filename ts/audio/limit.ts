import { AsrError } from "../contract/errors.ts";
import type { Range } from "./samples/checked.ts";
import { type DecodedBlock, type DecodedStream, sampleRate } from "./samples/recording.ts";

/**
 * The blocks, counted while they are decoded: a small file can become hours of sound, and a stream
 * need not end. One that may be too long by its own words is counted to its end, or to the limit,
 * before any of it is heard: words may lie, and hours of work may not end in an error. Throws
 * AsrError `input` where the blocks reach further than `maxSeconds` from the start of the range.
 */
export async function* limited(
  stream: DecodedStream,
  maxSeconds: number,
  { start, end }: Range,
  // They are no longer the stream's when they are read.
  blocks: DecodedStream["blocks"] = stream.blocks,
): DecodedStream["blocks"] {
  const last = start + maxSeconds;
  const check = (isLonger: boolean) => {
    if (!isLonger) return;
    const message = `${stream.name}: is longer than ${maxSeconds} s, the longest that is allowed`;
    const hint = "raise maxSeconds (--max-seconds), or hear a part of it";
    throw new AsrError("input", message, hint, { reason: "too long" });
  };
  const says = (length = 0) => Math.min(length, end) > last;
  const isBehind = ({ at, channels, samples }: DecodedBlock) =>
    at + samples.length / channels > last * sampleRate;
  check(says(stream.duration));
  let isCounted = false;
  for await (const block of blocks) {
    check(isBehind(block));
    if (!isCounted && stream.again !== undefined && says(stream.guessedDuration)) {
      for await (const counted of stream.again().blocks) check(isBehind(counted));
    }
    isCounted = true;
    yield block;
  }
}
