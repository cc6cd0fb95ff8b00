import { AsrError } from "../contract/errors.ts";
import { type DecodedStream, sampleRate } from "./samples/recording.ts";

/**
 * The blocks, counted while they are decoded: a small file can become hours of sound, and a stream
 * need not end. They lie from `start` seconds on. Throws AsrError `input` where they reach further
 * than `maxSeconds` from there.
 */
export async function* limited(
  { blocks, name }: DecodedStream,
  maxSeconds: number,
  start: number,
): DecodedStream["blocks"] {
  const end = (start + maxSeconds) * sampleRate;
  for await (const block of blocks) {
    if (block.at + block.samples.length / block.channels > end) {
      const message = `${name}: is longer than ${maxSeconds} s, the longest that is allowed`;
      const hint = "raise maxSeconds (--max-seconds), or hear a part of it";
      throw new AsrError("input", message, hint, { reason: "too long" });
    }
    yield block;
  }
}
